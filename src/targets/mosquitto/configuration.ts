import type { TargetOrder } from '../target.ts';

/** mosquitto.conf(5) for this order, with what was tuned said in comments. */
export function mosquittoConfiguration(
  order: TargetOrder,
  { port, passwordFile }: { port: number; passwordFile: string | null },
): string {
  const { host, clientCertificates, revocation, clientCaFile, serverCertFile, serverKeyFile, crlFile } =
    order;
  const asRoot = process.getuid?.() === 0;
  return `${[
    '# Written by certstorm for one run of its own.',
    ...(asRoot
      ? ['# Started by root it would become a user that may not read the keys of the corpus.', 'user root']
      : []),
    '',
    `listener ${port} ${host}`,
    `certfile ${serverCertFile}`,
    `keyfile ${serverKeyFile}`,
    ...(clientCertificates === 'required'
      ? [`cafile ${clientCaFile}`, 'require_certificate true']
      : ['require_certificate false']),
    ...(revocation === 'crl-native' ? [`crlfile ${crlFile}`] : []),
    '',
    ...authentication(clientCertificates, passwordFile),
    '',
    '# Tuned: an answer is sent at once, as most brokers do.',
    'set_tcp_nodelay true',
    '# Nothing of a run outlives it.',
    'persistence false',
    '',
    '# As it is by default: certstorm holds what it logs of each connection against its own count.',
    'log_dest stderr',
    'connection_messages true',
  ].join('\n')}\n`;
}

function authentication(clientCertificates: string, passwordFile: string | null): string[] {
  if (passwordFile !== null) return ['allow_anonymous false', `password_file ${passwordFile}`];
  return clientCertificates === 'required'
    ? ['# The certificate is who a client is.', 'use_identity_as_username true']
    : ['allow_anonymous true'];
}
