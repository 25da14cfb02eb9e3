/** What clients of a cohort do between their CONNACK and the end of their connection. */
export type SessionOrder = {
  /** How long each is held; Infinity to the end of the round's window. */
  holdMs: number;
  /** Keep-alive of CONNECT: a client that has said nothing for so long sends a PINGREQ. Whole seconds on the wire. */
  keepAliveMs: number;
  publish: PublishOrder | null;
  /** Topic filters, asked for with QoS 1; `{clientId}` stands for the client's own. */
  subscribe: string[];
  /** Share of the sessions that end without DISCONNECT. */
  ungraceful: number;
};

export type PublishOrder = {
  /** Messages a second, of each client. */
  rate: number;
  qos: 0 | 1;
  /** Of the payload. */
  bytes: number;
  /** `{clientId}` stands for the client's own. */
  topic: string;
};
