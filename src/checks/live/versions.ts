/** `1.25.1` as numbers; a tag such as `1.31.0-distroless` has them first. */
export type Version = readonly [major: number, minor: number, patch: number];

export function versionIn(text: string): Version | undefined {
  const [, major, minor, patch] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

export const isBefore = (a: Version, b: Version): boolean =>
  a[0] !== b[0] ? a[0] < b[0] : a[1] !== b[1] ? a[1] < b[1] : a[2] < b[2];

interface Versioned {
  readonly labels: Readonly<Record<string, string>>;
  readonly images: readonly string[];
}

/** Helm charts say it in a label; else the image's tag does. An image without one says nothing. */
export function versionOf({ labels, images }: Versioned): Version | undefined {
  const tags = images.flatMap((image) => /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1] ?? []);
  return [labels['app.kubernetes.io/version'] ?? '', ...tags].map(versionIn).find((version) => version !== undefined);
}

export const versionText = (version: Version): string => version.join('.');
