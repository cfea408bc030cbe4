/** One call as the proxy of the called workload sees it. */
export interface Call {
  /** `<trust domain>/ns/<namespace>/sa/<service account>`; undefined without mutual TLS, which policies call no identity. */
  readonly principal: string | undefined;
  /** Of the workload, not of the Service. */
  readonly port: number;
  /** Undefined on a port on which Istio sees bytes only. */
  readonly http: HttpRequest | undefined;
  /** What the caller's proxy asks for in the handshake; undefined where that is not known. */
  readonly sni?: string | undefined;
}

export interface HttpRequest {
  /** Undefined: whatever methods, whatever paths. */
  readonly method: string | undefined;
  /** As the caller sends it. */
  readonly path: string | undefined;
  /** A route makes another path of it before it gets to the workload. */
  readonly rewritesPath?: boolean;
  /** What may stand in its Host header. None: that is not known. */
  readonly hosts: readonly string[];
}
