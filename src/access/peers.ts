import { isJsonObject, type Json } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { specOf } from '../manifests/transition.ts';
import { hasSelector, selects, type Workload } from './selection.ts';

export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** What a port takes, and which PeerAuthentication says so; none is the mesh's default. */
export interface PortMode {
  readonly mode: MtlsMode;
  readonly by: KubeObject | undefined;
}

/**
 * How a port of the workload takes connections: as the PeerAuthentication of the workload says, else that of its Namespace, else
 * that of the mesh. Of several on one level the oldest counts (`ComposePeerAuthentication` of
 * `pilot/pkg/security/authn/policy_applier.go`), which no file tells: then there are several answers.
 */
export function portModes(
  peers: readonly KubeObject[],
  { workload, port, rootNamespace }: { workload: Workload; port: number; rootNamespace: string },
): readonly PortMode[] {
  const near = peers.filter(({ metadata }) => metadata.namespace === workload.namespace);
  const wide = (namespace: string): Level =>
    levelOf(peers.filter((one) => one.metadata.namespace === namespace && !hasSelector(one)));
  const own = near.filter((one) => hasSelector(one) && workload.namespace !== rootNamespace);
  const sure = own.filter((one) => selects(one, workload, rootNamespace) === true);
  const possible = own.filter((one) => typeof selects(one, workload, rootNamespace) === 'object');
  const narrow: Level = [...possible, ...(sure.length > 0 ? sure : [undefined])];
  const namespace = workload.namespace === rootNamespace ? [undefined] : wide(workload.namespace);
  const modes = wide(rootNamespace).flatMap((mesh) =>
    namespace.flatMap((middle) => narrow.map((inner) => modeOn([inner, middle, mesh], port))),
  );
  return modes.filter(({ mode }, n) => modes.findIndex((other) => other.mode === mode) === n);
}

/** Objects of which one counts, nobody knows which; undefined stands for none. */
type Level = readonly (KubeObject | undefined)[];
const levelOf = (objects: readonly KubeObject[]): Level => (objects.length === 0 ? [undefined] : objects);

/** From the narrowest to the widest. Only the narrowest one may speak of a port. */
export function modeOn(levels: readonly (KubeObject | undefined)[], port: number): PortMode {
  const [narrow] = levels;
  const ports = narrow && specOf(narrow).portLevelMtls;
  const ofPort = isJsonObject(ports) ? modeOf(ports[String(port)]) : undefined;
  if (ofPort) return { mode: ofPort, by: narrow };
  for (const level of levels) {
    const mode = level && modeOf(specOf(level).mtls);
    if (mode) return { mode, by: level };
  }
  return { mode: 'PERMISSIVE', by: undefined };
}

/** UNSET is as if nothing was said. */
function modeOf(mtls: Json | undefined): MtlsMode | undefined {
  const mode = isJsonObject(mtls) ? mtls.mode : undefined;
  return mode === 'STRICT' || mode === 'PERMISSIVE' || mode === 'DISABLE' ? mode : undefined;
}
