import { isJsonObject, type Json } from '../json.ts';
import { dataOf } from './yaml/data.ts';
import { piecesOf, readPiece } from './yaml/documents.ts';

/** The files that a kustomization names as patches: parts of objects, which nobody applies as they are. */
export function patchesOf(text: string): string[] {
  const [root] = piecesOf(text).flatMap((piece) => readPiece(piece).roots);
  const kustomization = root ? dataOf(root) : undefined;
  if (!isJsonObject(kustomization)) return [];
  const { patches, patchesStrategicMerge, patchesJson6902 } = kustomization;
  return [patches, patchesStrategicMerge, patchesJson6902].flatMap(listOf).flatMap(fileOf);
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** A patch may also stand in the kustomization itself. */
function fileOf(patch: Json): string[] {
  const path = isJsonObject(patch) ? patch.path : patch;
  return typeof path === 'string' && !path.includes('\n') ? [path] : [];
}
