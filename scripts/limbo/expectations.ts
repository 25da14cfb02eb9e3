import type { LimboCase } from './cases.ts';
import type { Verdict, VerifyOptions } from './openssl-verify.ts';

type Ask = (options: Omit<VerifyOptions, 'crlCheck'>) => Promise<Verdict>;

/**
 * Why OpenSSL judges a case otherwise than x509-limbo expects; null where it judges the same, or the case expects nothing. For orientation:
 * each reason is found by asking `openssl verify` again, with that one thing changed.
 */
export async function whyOtherThanLimbo(
  limbo: LimboCase,
  verdict: Verdict,
  ask: Ask,
): Promise<string | null> {
  if (limbo.expected === null || verdict.kind === 'none') return null;
  const accepted = verdict.kind === 'ok';
  if (accepted === (limbo.expected === 'SUCCESS')) return null;
  return accepted ? whyAccepted(limbo, ask) : whyRefused(limbo, verdict, ask);
}

async function whyRefused(limbo: LimboCase, verdict: Verdict, ask: Ask): Promise<string> {
  if (limbo.kind !== 'CLIENT' && (await ask({ purpose: 'sslserver' })).kind === 'ok')
    return 'a server’s certificate, and no client’s (extended key usage)';
  if ((await ask({ level: 0 })).kind === 'ok') return 'a key or a digest too weak for security level 2';
  const text = verdict.kind === 'refused' || verdict.kind === 'unreadable' ? verdict.text : '';
  return `OpenSSL is stricter: ${text}`;
}

async function whyAccepted(limbo: LimboCase, ask: Ask): Promise<string> {
  for (const name of limbo.peerNames)
    if ((await ask({ more: nameOptions(name) })).kind !== 'ok')
      return 'the name that limbo looks for: a broker looks for none in a client’s certificate';
  if (limbo.kind !== 'CLIENT' && (await ask({ purpose: 'sslserver' })).kind !== 'ok')
    return 'no server’s certificate, yet good for a client';
  if (limbo.maxChainDepth !== null) {
    const depth = await ask({ more: ['-verify_depth', String(Math.max(0, limbo.maxChainDepth))] });
    if (depth.kind !== 'ok') return 'a limit on the chain’s depth, which brokers have none of';
  }
  const strict = await ask({ more: ['-x509_strict'] });
  if (strict.kind === 'refused')
    return `refused by -x509_strict alone, which TLS servers do not set: ${strict.text}`;
  if (limbo.id.startsWith('webpki::') || limbo.id.includes('webpki'))
    return 'a rule of the web’s PKI (CA/Browser Forum) for servers, beyond RFC 5280';
  return 'OpenSSL does not look at this';
}

function nameOptions({ kind, value }: { kind: string; value: string }): string[] {
  if (kind === 'IP') return ['-verify_ip', value];
  return kind === 'RFC822' ? ['-verify_email', value] : ['-verify_hostname', value];
}
