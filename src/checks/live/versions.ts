/** `1.25.1` as numbers; a tag such as `1.31.0-distroless` has them first. */
export type Version = readonly [major: number, minor: number, patch: number];

export function versionIn(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

export const isBefore = (a: Version, b: Version): boolean =>
  a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2];

interface Versioned {
  readonly labels: Readonly<Record<string, string>>;
  readonly images: readonly string[];
}

/** The image's tag says it; where that is no version, the label that Helm charts set. */
export function versionOf({ labels, images }: Versioned): Version | undefined {
  const tags = images.flatMap((image) => /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1] ?? []);
  const said = [...tags, labels['app.kubernetes.io/version'] ?? ''].filter((text) => text !== unreleased);
  return said.map(versionIn).find((version) => version !== undefined);
}

/** What the charts of a build from source have. */
const unreleased = '1.0.0';

export const versionText = (version: Version): string => version.join('.');
