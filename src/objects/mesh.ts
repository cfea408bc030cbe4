import { load, YAMLException } from 'js-yaml';
import { Field } from './field.ts';
import { kindOf, kinds } from './kind-names.ts';
import type { SourcedObject } from './object-set.ts';

/** What a cluster's MeshConfig says, and the object that says so. */
export interface Mesh {
  readonly object: SourcedObject;
  readonly config: Field;
  readonly trustDomain: string;
  /** Other trust domains whose certificates are accepted. */
  readonly acceptedTrustDomains: readonly string[];
  readonly aliases: readonly string[];
  readonly rootNamespace: string;
  readonly providers: readonly string[];
  /** Whether this is all of it: an operator's profile adds to what its object says. */
  readonly isComplete: boolean;
}

/**
 * The MeshConfig among these objects: istiod's ConfigMap, or what an operator makes it of. Undefined where there is none,
 * and where several don't agree on the trust domain: then nobody knows which one the cluster has.
 */
export function meshAmong(objects: readonly SourcedObject[]): Mesh | undefined {
  const all = objects.flatMap((object) => {
    const config = meshConfigIn(object);
    return config?.isSet ? meshOf(object, config) : [];
  });
  const [first, ...others] = all;
  if (!first || others.some(({ trustDomain }) => trustDomain !== first.trustDomain)) return undefined;
  return {
    ...first,
    acceptedTrustDomains: all.flatMap((mesh) => mesh.acceptedTrustDomains),
    aliases: all.flatMap((mesh) => mesh.aliases),
    providers: all.flatMap((mesh) => mesh.providers),
    isComplete: all.some((mesh) => mesh.isComplete),
  };
}

function meshConfigIn(object: SourcedObject): Field | undefined {
  const root = new Field(object.object);
  switch (kindOf(object)) {
    case kinds.configMap:
      return /^istio(-|$)/.test(object.name) ? parsed(root.at('data', 'mesh').text) : undefined;
    case kinds.istioOperator:
      return root.at('spec', 'meshConfig');
    case kinds.istio:
      return root.at('spec', 'values', 'meshConfig');
    default:
      return undefined;
  }
}

function parsed(text: string | undefined): Field | undefined {
  if (text === undefined) return undefined;
  try {
    // YAML is JSON but for dates and the like, which no field of a MeshConfig has.
    return new Field(load(text) as Field['value']);
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

const meshOf = (object: SourcedObject, config: Field): Mesh => ({
  object,
  config,
  trustDomain: config.at('trustDomain').text ?? 'cluster.local',
  acceptedTrustDomains: config.at('caCertificates').items.flatMap((item) => item.at('trustDomains').texts),
  aliases: config.at('trustDomainAliases').texts,
  rootNamespace: config.at('rootNamespace').text ?? 'istio-system',
  providers: config.at('extensionProviders').items.flatMap((item) => item.at('name').text ?? []),
  isComplete: kindOf(object) === kinds.configMap,
});
