import * as z from 'zod';
import type { JsonObject } from '../../json.ts';

/** Pieces that the kinds' values are made of. */
export const labels = z.record(z.string(), z.string());
export const texts = z.array(z.string()).readonly();
export const tree = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);
export const trees = z.array(tree).readonly();
