/** What a cohort's clients offer in their handshake; what is left out is the driver's default. Names are in the order of preference. */
export type TlsOrder = {
  versions?: ('1.2' | '1.3')[];
  /** `X25519`, `P-256`, `P-384`, `X25519MLKEM768`; a share is sent for the first one. */
  groups?: string[];
  /** As IANA names those of TLS 1.3, as OpenSSL names those of TLS 1.2. */
  ciphers?: string[];
  /** IANA's names, such as `ecdsa_secp256r1_sha256`: what the server may sign with. */
  signatureAlgorithms?: string[];
  alpn?: string[];
  /** Server name to ask for; null asks for none. Left out: the name that its certificate must carry. */
  sni?: string | null;
  /** Bytes of handshake or data in a record at most. */
  fragment?: number;
};

/** The TLS 1.3 suites in the order of `tls.connect`: a server that follows its clients then chooses the same for every driver. */
export const suitesOfTlsConnect: readonly string[] = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
];
