/** A duration as Go writes it, `1h30m`, `0.5s`, in nanoseconds: https://pkg.go.dev/time#ParseDuration. Undefined for what is none. */
export function nanoseconds(written: string): number | undefined {
  if (!/^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(written)) return undefined;
  const sign = written.startsWith('-') ? -1 : 1;
  let total = 0;
  for (const [, value, unit = ''] of written.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(value) * (units[unit] ?? 0);
  }
  return sign * total;
}

const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
