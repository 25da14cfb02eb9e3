import { purposes } from '../../pki/extensions.ts';
import type { Grants } from '../connect-auth/auth.ts';
import type { CertificateFacts } from './certificate-facts.ts';
import type { AuthorizationRule, RuleCondition } from './rule.ts';
import { isTopicFilter } from './topic-filter.ts';

/** A client as rules see it; `certificate` null where it has presented none, or none that can be read. */
export type Subject = { clientId: string; userName: string | null; certificate: CertificateFacts | null };

type CompiledRule = AuthorizationRule & { fits(certificate: CertificateFacts, nowMs: number): boolean };

export type CompiledRules = readonly CompiledRule[];

/** Rules with their conditions made ready; each client is then held against all of them, in order. */
export function compileRules(rules: readonly AuthorizationRule[]): CompiledRules {
  return rules.map((rule) => ({ ...rule, fits: condition(rule.when) }));
}

/**
 * What a client may do: the filters of all rules that fit it, its own values in place of the placeholders. Nothing without a certificate: these are
 * rules about certificates.
 */
export function grantsOf(rules: CompiledRules, subject: Subject, nowMs: number): Grants {
  const { certificate } = subject;
  const publish: string[] = [];
  const subscribe: string[] = [];
  if (certificate === null) return { publish, subscribe };
  for (const rule of rules) {
    if (!rule.fits(certificate, nowMs)) continue;
    publish.push(...rule.publish.flatMap((template) => filled(template, subject) ?? []));
    subscribe.push(...rule.subscribe.flatMap((template) => filled(template, subject) ?? []));
  }
  return { publish, subscribe };
}

/**
 * A template with values in place of its placeholders; null where one of them has no single value that is safe in one level of a topic. A
 * name such as `a/#` or `+` would otherwise grant its holder what is others'.
 */
export function filled(template: string, subject: Subject): string | null {
  let missing = false;
  const filter = template.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = placeholderValue(name, subject);
    if (value === null || !isSafeLevel(value)) missing = true;
    return value ?? '';
  });
  if (missing || !isTopicFilter(filter)) return null;
  // `$SYS` and the like are for whom a rule names them to, and nobody gets there by his name.
  return filter.startsWith('$') && !/^\$(?!\{)/.test(template) ? null : filter;
}

/** Neither empty nor more than one level, no wildcard, and no control character (MQTT 3.1.1, 1.5.3). */
function isSafeLevel(value: string): boolean {
  return value !== '' && value.isWellFormed() && !/[/+#\u0000-\u001f\u007f-\u009f]/.test(value);
}

function placeholderValue(name: string, { clientId, userName, certificate }: Subject): string | null {
  if (name === 'clientId') return clientId;
  if (name === 'userName') return userName;
  if (certificate === null) return null;
  if (name === 'cert.serial') return certificate.serial;
  if (name === 'cert.fingerprint') return certificate.fingerprint;
  const [, part, key = ''] = name.split('.');
  if (part === 'san')
    return only(certificate.sans.filter(({ kind }) => kind === key).map(({ value }) => value));
  if (part === 'subject' || part === 'issuer') return only(certificate[part].get(key) ?? []);
  return null;
}

/** Of two names nobody can say which is meant. */
const only = (values: readonly (string | null)[]): string | null =>
  values.length === 1 ? (values[0] ?? null) : null;

function condition(when: RuleCondition): CompiledRule['fits'] {
  const checks: CompiledRule['fits'][] = [];
  for (const part of ['subject', 'issuer'] as const) {
    for (const [type, pattern] of Object.entries(when[part] ?? {})) {
      const matches = glob(pattern);
      checks.push((certificate) => (certificate[part].get(type) ?? []).some(matches));
    }
  }
  if (when.san !== undefined) {
    const matches = glob(when.san);
    checks.push(({ sans }) => sans.some(({ kind, value }) => value !== null && matches(`${kind}:${value}`)));
  }
  if (when.serial !== undefined) {
    const serials = new Set(when.serial.map((serial) => plainHex(serial).replace(/^0+(?=.)/, '')));
    checks.push(({ serial }) => serials.has(serial));
  }
  if (when.fingerprint !== undefined) {
    const fingerprints = new Set(when.fingerprint.map(plainHex));
    checks.push(({ fingerprint }) => fingerprints.has(fingerprint));
  }
  if (when.extKeyUsage !== undefined) {
    const purpose = purposes[when.extKeyUsage] ?? when.extKeyUsage;
    checks.push(({ extKeyUsages }) => extKeyUsages.includes(purpose));
  }
  const { validityLeftMs, policy } = when;
  if (validityLeftMs !== undefined)
    checks.push(({ notAfterMs }, nowMs) => notAfterMs - nowMs >= validityLeftMs);
  if (policy !== undefined) checks.push(({ policies }) => policies.includes(policy));
  return (certificate, nowMs) => checks.every((check) => check(certificate, nowMs));
}

const plainHex = (text: string): string => text.replaceAll(':', '').toUpperCase();

/** `*` stands for any characters, also none. */
function glob(pattern: string): (value: string | null) => boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 'su');
  return (value) => value !== null && expression.test(value);
}
