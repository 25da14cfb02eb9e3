/** Who may do what, as a scenario writes it: plain data. What `when` leaves out is not looked at. */
export type AuthorizationRule = {
  when: RuleCondition;
  /** Topic filters with placeholders such as `devices/${cert.subject.CN}/#`. */
  publish: readonly string[];
  subscribe: readonly string[];
};

/** All of them must hold. Texts may have `*` for any characters; fingerprints and serial numbers are hexadecimal. */
export type RuleCondition = {
  /** By attribute type: `{ O: 'Acme', OU: 'meters-*' }`; one of several values is enough. */
  subject?: Readonly<Record<string, string>>;
  issuer?: Readonly<Record<string, string>>;
  /** Any of the subject alternative names, as `dns:*.example`, `uri:…`, `email:…` or `ip:…`. */
  san?: string;
  serial?: readonly string[];
  /** SHA-256 of the certificate. */
  fingerprint?: readonly string[];
  /** A purpose's name or its object identifier. */
  extKeyUsage?: string;
  /** At least so long until notAfter, milliseconds. */
  validityLeftMs?: number;
  /** Object identifier of a certificate policy. */
  policy?: string;
};

/** What may stand in `${…}`: `cert.subject.CN` and the like are made from the attribute types. */
export const namedPlaceholders = [
  'clientId',
  'userName',
  'cert.serial',
  'cert.fingerprint',
  'cert.san.dns',
  'cert.san.uri',
  'cert.san.email',
] as const;

/** Null where a template's placeholders are all known, else the first that is not. */
export function unknownPlaceholder(template: string): string | null {
  for (const [, name = ''] of template.matchAll(/\$\{([^}]*)\}/g)) {
    const known = namedPlaceholders.some((each) => each === name);
    if (!known && !/^cert\.(subject|issuer)\.[A-Za-z]+$/.test(name)) return name;
  }
  return null;
}
