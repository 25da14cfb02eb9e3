import type { Socket } from 'node:net';

/** How a broker keeps a flood from taking all of it; null: no limit. */
export type AdmissionLimits = {
  /** Connections accepted in a second, on average; twice as many at once after a pause. */
  connectionsPerSecond: number | null;
  /** TLS handshakes that are not done. */
  handshakesInFlight: number | null;
  /** Connections at a time from one address. */
  connectionsPerAddress: number | null;
};

export const noLimits: AdmissionLimits = {
  connectionsPerSecond: null,
  handshakesInFlight: null,
  connectionsPerAddress: null,
};

/** Why a connection is turned away before its handshake, as the broker counts it. */
export type AdmissionRefusal = 'too_many_connections' | 'too_many_handshakes' | 'too_many_from_address';

/**
 * Decides on connections before any of their handshake is done: turning one away costs the broker an accept and a close. Times are
 * milliseconds of a monotonic clock.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #now: () => number;
  readonly #perAddress = new Map<string, number>();
  readonly #handshaking = new Set<Socket>();
  #tokens: number;
  #filledMs: number;

  constructor(limits: AdmissionLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#tokens = 2 * (limits.connectionsPerSecond ?? 0);
    this.#filledMs = now();
  }

  /** Null lets it in; it then counts until its socket closes. */
  refusal(socket: Socket): AdmissionRefusal | null {
    const { handshakesInFlight, connectionsPerAddress } = this.#limits;
    const address = socket.remoteAddress ?? '';
    const sameAddress = this.#perAddress.get(address) ?? 0;
    if (connectionsPerAddress !== null && sameAddress >= connectionsPerAddress)
      return 'too_many_from_address';
    if (handshakesInFlight !== null && this.#handshaking.size >= handshakesInFlight)
      return 'too_many_handshakes';
    if (!this.#takeToken()) return 'too_many_connections';
    if (handshakesInFlight !== null) this.#handshaking.add(socket);
    if (connectionsPerAddress !== null) this.#perAddress.set(address, sameAddress + 1);
    if (handshakesInFlight !== null || connectionsPerAddress !== null)
      socket.once('close', () => this.#left(socket, address));
    return null;
  }

  /** The handshake is done, well or badly. */
  handshakeOver(socket: unknown): void {
    this.#handshaking.delete(socket as Socket);
  }

  #takeToken(): boolean {
    const rate = this.#limits.connectionsPerSecond;
    if (rate === null) return true;
    const now = this.#now();
    this.#tokens = Math.min(2 * rate, this.#tokens + ((now - this.#filledMs) * rate) / 1000);
    this.#filledMs = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #left(socket: Socket, address: string): void {
    this.#handshaking.delete(socket);
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(address, others);
    else this.#perAddress.delete(address);
  }
}
