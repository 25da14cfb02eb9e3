import type { TargetOrder } from '../target.ts';

/** mosquitto.conf(5) for this order, with what was tuned said in comments. `idlePort` is of a listener for nobody; null for none. */
export function mosquittoConfiguration(
  order: TargetOrder,
  { port, idlePort, passwordFile }: { port: number; idlePort: number | null; passwordFile: string | null },
): string {
  const { host, clientCertificates, transport } = order;
  const asRoot = process.getuid?.() === 0;
  return `${[
    '# Written by certstorm for one run of its own.',
    ...(asRoot
      ? ['# Started by root it would become a user that may not read the keys of the corpus.', 'user root']
      : []),
    '',
    `listener ${port} ${host}`,
    ...(transport === 'wss' ? ['protocol websockets'] : []),
    ...(transport === 'tcp' ? [] : tls(order)),
    '',
    ...(idlePort === null
      ? []
      : [
          '# Nobody comes here: 2.0 does not start with listeners for WebSocket alone.',
          `listener ${idlePort} ${host}`,
          ...tls(order),
          '',
        ]),
    // Over WebSocket it knows no name of a certificate's.
    ...authentication(transport === 'tls' ? clientCertificates : 'none', passwordFile),
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

function tls(order: TargetOrder): string[] {
  const { clientCertificates, revocation, clientCaFile, serverCertFile, serverKeyFile, crlFile } = order;
  return [
    `certfile ${serverCertFile}`,
    `keyfile ${serverKeyFile}`,
    ...(clientCertificates === 'required'
      ? [`cafile ${clientCaFile}`, 'require_certificate true']
      : ['require_certificate false']),
    ...(revocation === 'crl-native' ? [`crlfile ${crlFile}`] : []),
  ];
}

function authentication(clientCertificates: string, passwordFile: string | null): string[] {
  if (passwordFile !== null) return ['allow_anonymous false', `password_file ${passwordFile}`];
  return clientCertificates === 'required'
    ? ['# The certificate is who a client is.', 'use_identity_as_username true']
    : ['allow_anonymous true'];
}

/**
 * openssl.cnf(5) for its process, where the order wants of TLS what mosquitto.conf has no word for; null where it does not. Without tickets
 * none is sent in TLS 1.3 (NumTickets) and none is offered in TLS 1.2 (Options).
 */
export function mosquittoOpenssl({ sessionTickets, tlsVersions }: TargetOrder): string | null {
  if (sessionTickets && tlsVersions === null) return null;
  const old = tlsVersions?.includes('1.2') ?? true;
  const current = tlsVersions?.includes('1.3') ?? true;
  return `${[
    '# Written by certstorm for one run of its own: what mosquitto.conf has no word for.',
    'openssl_conf = init',
    '[init]',
    'ssl_conf = ssl',
    '[ssl]',
    'system_default = tls',
    '[tls]',
    ...(sessionTickets ? [] : ['Options = -SessionTicket', 'NumTickets = 0']),
    ...(tlsVersions === null
      ? []
      : [`MinProtocol = ${old ? 'TLSv1.2' : 'TLSv1.3'}`, `MaxProtocol = ${current ? 'TLSv1.3' : 'TLSv1.2'}`]),
  ].join('\n')}\n`;
}
