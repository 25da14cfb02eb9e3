import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { TlsOrder } from '../../src/storm/order.ts';
import { acceptAll, tlsServer } from './servers.ts';
import { counts, round, stage } from './stage.ts';

const on = stage(['none']);

type Seen = { protocols: Set<string | null>; names: Set<string | false | null> };

/** What an order comes to at a server with these options: counted by the storm, and as the server saw it. */
async function negotiated(driver: string, tls: TlsOrder, options: object = {}) {
  const seen: Seen = { protocols: new Set(), names: new Set() };
  const { port } = await on.server(
    tlsServer(
      on.corpus,
      (socket: TLSSocket) => {
        seen.protocols.add(socket.getProtocol());
        seen.names.add(Reflect.get(socket, 'servername') as string | false | null);
        acceptAll(socket);
      },
      options,
    ),
  );
  const opened = await on.storm({ workers: 1, cohorts: [{ ...on.cohort('none', 10), driver, tls }] });
  const { recording } = await opened.run(round(port, { durationMs: 100 })).done;
  const { negotiated: agreed, started } = recording.cohorts[0] ?? {};
  return { agreed, started: started ?? 0, seen, outcomes: counts(recording) };
}

describe.each(['node', 'wire'])('what clients offer (%s)', (driver) => {
  it('is what the server chooses from: group, suite, protocol; and what it chose is counted', async () => {
    const { agreed, started, seen, outcomes } = await negotiated(
      driver,
      {
        groups: ['X25519MLKEM768'],
        ciphers: ['TLS_CHACHA20_POLY1305_SHA256'],
        alpn: ['mqtt'],
        sni: 'broker.example',
        versions: ['1.3'],
      },
      { ALPNProtocols: ['http/1.1', 'mqtt'], ecdhCurve: 'auto' },
    );
    expect(outcomes).toEqual({ accepted: started });
    expect(agreed).toEqual({
      protocol: { 'TLSv1.3': started },
      cipher: { TLS_CHACHA20_POLY1305_SHA256: started },
      group: { X25519MLKEM768: started },
      alpn: { mqtt: started },
      resumed: 0,
      ticketLifetimeS: {},
    });
    expect([...seen.names]).toEqual(['broker.example']);
  });

  it('is not what they get where the server wants another of it', async () => {
    const { agreed, started } = await negotiated(
      driver,
      { groups: ['X25519', 'P-384'], sni: null, signatureAlgorithms: ['ecdsa_secp256r1_sha256'] },
      { ecdhCurve: 'P-384' },
    );
    expect(agreed?.group).toEqual({ 'P-384': started });
    // The order of `tls.connect`, and so for both drivers.
    expect(agreed?.cipher).toEqual({ TLS_AES_256_GCM_SHA384: started });
    expect(agreed?.alpn).toEqual({ none: started });
  });

  it('may come in small pieces', async () => {
    const { started, outcomes } = await negotiated(driver, { fragment: driver === 'wire' ? 40 : 512 });
    expect(outcomes).toEqual({ accepted: started });
  });

  it('that the server has none of ends in an alert', async () => {
    const { outcomes, started } = await negotiated(driver, { groups: ['X25519'] }, { ecdhCurve: 'P-384' });
    expect(outcomes).toEqual({ 'tls-alert handshake_failure (40)': started });
  });
});

describe('TLS 1.2', () => {
  it('is spoken by driver node where it is all that is offered', async () => {
    const suite = 'ECDHE-ECDSA-AES128-GCM-SHA256';
    const { agreed, started, seen } = await negotiated('node', { versions: ['1.2'], ciphers: [suite] });
    expect([...seen.protocols]).toEqual(['TLSv1.2']);
    expect(agreed?.protocol).toEqual({ 'TLSv1.2': started });
    expect(agreed?.cipher).toEqual({ TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: started });
    expect(agreed?.group).toEqual({ X25519: started });
  });

  it('is refused by driver wire before anything starts', async () => {
    const cohorts = [{ ...on.cohort('none'), driver: 'wire', tls: { versions: ['1.2' as const] } }];
    await expect(on.storm({ cohorts })).rejects.toThrow(/speaks TLS 1\.3 only/);
  });
});
