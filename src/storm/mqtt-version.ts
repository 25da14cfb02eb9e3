/** The MQTT that a client speaks: 3.1.1 (OASIS, 2014) or 5 (OASIS, 2019). */
export type MqttVersion = '3.1.1' | 5;

/** The protocol level of CONNECT (3.1.2.2). */
export function protocolLevel(version: MqttVersion): 4 | 5 {
  return version === 5 ? 5 : 4;
}
