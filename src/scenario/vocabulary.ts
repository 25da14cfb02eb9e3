import type { Path } from './place.ts';
import type { VariantPlan } from './plan.ts';

/**
 * The words that a scenario may use for what other rooms can do. This room knows none of them by itself: whoever reads a scenario hands
 * them in, so that a new defect or target is one line in its own registry and is at once valid, documented and suggested here.
 */
export type Vocabulary = {
  /**
   * `certificate` is false for the defect of presenting none at all: such a cohort has no identities. `revoked` where the CRL must list
   * them; `driver` where one driver alone can present it.
   */
  defects: readonly {
    name: string;
    describe: string;
    certificate: boolean;
    revoked: boolean;
    driver?: string;
  }[];
  crlKinds: readonly { name: string; describe: string }[];
  crlDefects: readonly { name: string; describe: string }[];
  algorithms: readonly string[];
  targets: readonly {
    kind: string;
    revocation: readonly string[];
    connectAuth: readonly string[];
    transports: readonly string[];
    /** Whether it hands out session tickets: one of the two where it cannot be told; both by default. */
    sessionTickets?: readonly boolean[];
    /** Whether clients must show a certificate; both when left out. */
    clientCertificates?: readonly string[];
    /** What it speaks; both versions when left out. */
    mqttVersions?: readonly ('3.1.1' | 5)[];
    /** Whether `target.tlsVersions` means anything to it; it does when left out. */
    tlsVersions?: boolean;
    /** Where its CRL may come from; anywhere when left out. */
    crlSources?: readonly string[];
    /** Which fields of `broker` it can be told beside those of its checks; all when left out. */
    heeds?: readonly string[];
    /** The sentence for what it has not, by `field: value` or by `field`: `'revocation: ocsp'`, `'broker.limits'`. */
    lacks?: Readonly<Record<string, string>>;
  }[];
  drivers: readonly string[];
  /** Those whose clients can stop half-way or write by the byte, the one to take first. */
  slowDrivers?: readonly string[];
  /** Wrong orders of the messages of a handshake, each with the driver whose clients can keep to it. */
  messageOrders?: readonly { name: string; describe: string; driver: string }[];
  /** What each driver can speak MQTT over; one that is left out does anything. */
  driverTransports?: Readonly<Record<string, readonly string[]>>;
  /** What the bundled broker can be told of its checks at CONNECT; `parameters` of `broker.password` that an algorithm takes. */
  connectAuth: {
    passwordAlgorithms: readonly { name: string; parameters: readonly string[] }[];
    databases: readonly string[];
    requestFormats: readonly string[];
  };
  /** The first placeholder of a filter that a rule of the bundled broker does not know; null where it knows all. */
  unknownPlaceholder?(filter: string): string | null;
  /** Why a service has no such fault; undefined where it has. */
  checkFault?(service: 'ocsp' | 'crl' | 'auth', written: string): string | undefined;
  /** undefined when the expression is fine, else what was expected instead and the nearest known word. */
  checkThreshold(
    expression: string,
    cohortNames: readonly string[],
    variantNames: readonly string[],
  ): { expected: string; nearest?: string } | undefined;
  /** undefined when rounds have such a figure and can be compared by it. */
  checkRoundMetric?(
    metric: string,
    cohortNames: readonly string[],
  ): { expected: string; nearest?: string } | undefined;
  /** Why no corpus can be made of a variant that is right in all its fields, and where; undefined when one can. */
  checkCorpus?(seed: number, variant: VariantPlan): { path: Path; message: string } | undefined;
};
