/** Return codes of CONNACK: MQTT 3.1.1, 3.2.2.3. */
const returnCodes = [
  'connection accepted',
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
];

/** Reason codes that say no: MQTT 5, 2.4. */
const reasonCodes: Readonly<Record<number, string>> = {
  128: 'unspecified error',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'implementation specific error',
  132: 'unsupported protocol version',
  133: 'client identifier not valid',
  134: 'bad user name or password',
  135: 'not authorized',
  136: 'server unavailable',
  137: 'server busy',
  138: 'banned',
  139: 'server shutting down',
  140: 'bad authentication method',
  141: 'keep alive timeout',
  142: 'session taken over',
  143: 'topic filter invalid',
  144: 'topic name invalid',
  145: 'packet identifier in use',
  146: 'packet identifier not found',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'administrative action',
  153: 'payload format invalid',
  154: 'retain not supported',
  155: 'QoS not supported',
  156: 'use another server',
  157: 'server moved',
  158: 'shared subscriptions not supported',
  159: 'connection rate exceeded',
  160: 'maximum connect time',
  161: 'subscription identifiers not supported',
  162: 'wildcard subscriptions not supported',
};

/**
 * The name and number of a code: `not authorized (5)`, `not authorized (135)`. The codes of MQTT 3.1.1 and of MQTT 5 have no number in
 * common but 0, so a broker that answers a client of one version with a code of the other is understood too.
 */
export function reasonText(code: number): string {
  return `${returnCodes[code] ?? reasonCodes[code] ?? 'reserved'} (${code})`;
}

/** From here on a reason code is a refusal (MQTT 5, 2.4), and so is the one failure of SUBACK in MQTT 3.1.1 (3.9.3). */
export const firstFailure = 0x80;
