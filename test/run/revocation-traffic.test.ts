import { describe, expect, it } from 'vitest';
import { bytesPerDeviceHour } from '../../src/run/revocation-traffic.ts';

const tenSeconds = 10_000;

describe('bytes moved for each device and hour', () => {
  it('are the questions and answers of the responder, in both directions', () => {
    const services = [
      { kind: 'crl', bytesSent: 5_000_000, bytesReceived: 9 },
      { kind: 'ocsp', bytesSent: 700, bytesReceived: 300 },
    ];
    // 1,000 bytes for 10 devices in 10 s.
    expect(bytesPerDeviceHour({ check: 'ocsp-cached', bytesReceived: 650 }, services, 10, tenSeconds)).toBe(
      36_000,
    );
  });

  it('are the lists that were fetched, whoever asked the responder meanwhile', () => {
    const services = [{ kind: 'ocsp', bytesSent: 1, bytesReceived: 1 }];
    const check = { check: 'crl-indexed', bytes: 400, swaps: 1, bytesReceived: 1000 };
    expect(bytesPerDeviceHour(check, services, 10, tenSeconds)).toBe(36_000);
  });

  it('are the list as often as a file was read anew', () => {
    expect(bytesPerDeviceHour({ check: 'crl-native', bytes: 500, swaps: 2 }, undefined, 10, tenSeconds)).toBe(
      36_000,
    );
    expect(bytesPerDeviceHour({ check: 'crl-native', bytes: 500, swaps: 0 }, undefined, 10, tenSeconds)).toBe(
      0,
    );
  });

  it('are not known where nothing moves over the network', () => {
    expect(bytesPerDeviceHour({ check: 'allow-list', swaps: 1 }, undefined, 10, tenSeconds)).toBeUndefined();
    expect(bytesPerDeviceHour({ check: 'ocsp', bytesReceived: 5 }, [], 0, tenSeconds)).toBeUndefined();
  });
});
