import { algorithms, crlDefects, crlKinds, type Defect, defects, formats } from '../src/pki/index.ts';

/** docs/forge.md: what the forge can make, from its registries; what OpenSSL says of it is held against the real thing by the tests. */
export function forgeDocument(): string {
  return [
    intro,
    '## Defects of certificates\n',
    table(
      ['`defect`', 'What the client presents', 'By the RFCs', 'Clause', '`openssl verify`', 'Driver'],
      defects.map((defect) => [
        `\`${defect.name}\``,
        defect.describe,
        defect.expect,
        defect.clause ?? '–',
        opensslVerdict(defect),
        defect.driver === 'wire' ? '`wire`' : 'any',
      ]),
    ),
    afterDefects,
    '## CRLs\n',
    table(
      ['`corpus.crl.kind`', 'What the client CA publishes', 'Clause', '`openssl verify` needs'],
      crlKinds.map(({ name, describe, clause, opensslFlags }) => [
        `\`${name}\``,
        describe,
        clause,
        ['-crl_check', ...opensslFlags].map((flag) => `\`${flag}\``).join(' '),
      ]),
    ),
    afterKinds,
    table(
      ['`corpus.crl.defect`', 'What is wrong with it', 'Everybody is to be', 'Clause', '`openssl verify`'],
      crlDefects.map(({ name, describe, expect, clause, verifyErrors }) => [
        `\`${name}\``,
        describe,
        `${expect}ed`,
        clause ?? '–',
        verifyErrors[0] ?? 'OK',
      ]),
    ),
    '\n## Algorithms\n',
    table(
      ['`corpus.algorithm`', 'Keys and signatures', 'A key takes about', '`fixedKeys`'],
      algorithms.map(({ name, describe, keyCostMs, fixed }) => [
        `\`${name}\``,
        describe,
        `${keyCostMs} ms`,
        fixed ? 'yes' : 'no',
      ]),
    ),
    afterAlgorithms,
    '## Files for other tools\n',
    '`certstorm pki OUT --format …` writes `ca.crt`, `server.crt`, `server.key`, `crl.pem`, `index.csv`; for an OCSP responder `index.txt`, `ocsp.crt` and `ocsp.key` (in `ocsp-1/`, `ocsp-2/`, … with a `ca.crt` each where several CAs issue for clients, or one that is not the root); and for each identity:\n',
    table(
      ['`--format`', 'Files'],
      formats.map(({ name, describe }) => [`\`${name}\``, describe]),
    ),
    '',
  ].join('\n');
}

const intro = `<!-- Made by \`npm run generate\` from the registries of the forge; change src/pki/ or scripts/forge-doc.ts instead. -->
# What the forge can make

Certificates that are right, and wrong in every way that a broker has to refuse. \`corpus\` and \`cohorts[].defect\` of a
[scenario](scenario.md) ask for them; \`certstorm pki\` writes them as files.
`;

const afterDefects = `
**By the RFCs**: \`accept\` also where a rule binds the CA alone and whoever relies on the certificate is asked to be lenient. What OpenSSL
lets in though RFC 5280 forbids it says so in bold: a broker on OpenSSL accepts such a client, and a scenario that expects a refusal finds
that out. "Strict" is \`-x509_strict\`, which brokers do not set.

**Driver**: \`wire\` is certstorm's own TLS 1.3 client; TLS libraries refuse to present such a thing, or send something else in its place.

**Go's crypto/x509** judges in the same way but for these. It lets in \`weak-rsa\`, \`wrong-key-usage\` and \`ca-as-leaf\` (it looks at neither
key usage nor key size), \`overlong-serial\`, \`x509-v1-with-extensions\`, \`generalized-time-before-2050\`, \`time-without-seconds\`,
\`time-with-offset\`, \`empty-subject\` and \`huge-subject\`; it refuses \`negative-serial\`, and \`ber-length\` and \`indefinite-length\`, which
OpenSSL reads.

The tests hold every line against \`openssl verify\`, Node's \`tls.Server\`, and Go where it is installed.
`;

const afterKinds = `
A partitioned CRL works with every broker that is given all of its parts. Indirect and delta CRLs need an option that neither Node nor
Mosquitto has: there such a CRL means that nobody gets in, or that the revoked stay in, which is what a run then shows. A CRL's defect
concerns all clients of a variant, so it belongs to the corpus and not to a cohort:
`;

const afterAlgorithms = `
\`corpus.keys: pooled\` (\`pki --keys pooled\`) shares a few keys among all identities of an algorithm, for those who can't wait for RSA; the
result says so. An RSA CA signs every certificate all the same, at ten times what a P-256 CA's signature costs, and makes the whole about
three times as dear as P-256. With \`corpus.caAlgorithm: ecdsa-p256\` (\`pki --ca-algorithm ecdsa-p256\`) pooled RSA is as cheap as P-256.

\`corpus.fixedKeys: true\` computes keys from the seed and signs without randomness (RFC 6979, RFC 8032), so that two machines write the same
files byte for byte, PKCS #12 included. **Anybody can compute such keys.** What OpenSSL alone can make, RSA and ML-DSA, can't be fixed, nor
can the defects \`sha1-signature\`, \`md5-signature\` and \`weak-rsa\`, which take an RSA key; both are refused together with it.
`;

function opensslVerdict(defect: Defect): string {
  const { certificate, verifyErrors, strictOnly, undecodable, lie, expect, encoding } = defect;
  if (!certificate || lie !== undefined) return 'has no say: it is the handshake that fails or not';
  if (undecodable) return 'can’t read it';
  const [first] = verifyErrors;
  if (first === undefined) {
    if (expect === 'accept') return 'OK';
    return encoding ? '**OK**: reads BER' : '**OK**';
  }
  return strictOnly ? `${first} when strict, else **OK**` : first;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))];
  return lines.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
