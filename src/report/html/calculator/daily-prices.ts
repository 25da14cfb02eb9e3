/** What a fleet is like. `share` is the part of it that is revoked: 0.01 for 1 %. */
export type Fleet = {
  devices: number;
  share: number;
  reconnectsADay: number;
  crlHours: number;
  lifetimeDays: number;
};

/** What a result measured of one way of checking; sizes ascending. */
export type MethodCosts = {
  name: string;
  /** `list`: read anew at each interval. `question`: asked of a responder. `none`: not checked. */
  kind: 'list' | 'question' | 'none';
  /** Broker CPU per attempt, milliseconds, by number of revoked certificates. */
  broker: [entries: number, ms: number][];
  /** CPU of the services per attempt, milliseconds. */
  services: [entries: number, ms: number][];
  /** Reading the list once, milliseconds. */
  load: [entries: number, ms: number][];
  /** Size of the list. */
  listBytes: [entries: number, bytes: number][];
  bytesPerAttempt: number;
  /** How long an answer may be kept, hours; 0 where each client is asked about. */
  keptHours: number;
};

export type Costs = {
  methods: MethodCosts[];
  /** What a renewal takes: making the certificate, and a handshake to fetch it. null where the result does not tell. */
  renewal: { forgeMs: number | null; handshakeMs: number | null; bytes: number | null };
};

export type Price = {
  name: string;
  brokerHours: number;
  serviceHours: number;
  bytes: number;
  /** Until a fresh handshake of a revoked device is refused, at worst. */
  lagHours: number;
  /** Beyond what was measured, or something is missing. */
  note: string;
  /** The figures as they are shown. */
  texts: [broker: string, services: string, bytes: string, lag: string];
};

/**
 * What each way of checking costs such a fleet in a day, extrapolated from measured costs. The page's script runs this very function from
 * its source text, so it uses nothing from outside itself.
 */
export function dailyPrices(costs: Costs, fleet: Fleet): Price[] {
  const hourMs = 3_600_000;
  const revoked = fleet.devices * fleet.share;
  const connects = fleet.devices * fleet.reconnectsADay;
  const renewals = fleet.devices / fleet.lifetimeDays;
  const lists = 24 / fleet.crlHours;

  /** A power law between two sizes and beyond the last, a straight line from size 0. */
  const at = (points: readonly (readonly [number, number])[], size: number): number => {
    const [first] = points;
    if (first === undefined) return 0;
    if (points.length === 1 || size <= first[0]) return first[1];
    const next = points.findIndex(([entries]) => entries >= size);
    const to = next === -1 ? points.length - 1 : next;
    const [x0, y0] = points[to - 1] ?? first;
    const [x1, y1] = points[to] ?? first;
    if (x0 <= 0 || y0 <= 0 || y1 <= 0) return Math.max(0, y0 + ((y1 - y0) * (size - x0)) / (x1 - x0));
    const slope = Math.log(y1 / y0) / Math.log(x1 / x0);
    // Noise must not let a cost fall with every further entry, nor grow faster than the list does.
    const beyond = next === -1 ? Math.min(1, Math.max(0, slope)) : slope;
    return next === -1 ? y1 * (size / x1) ** beyond : y0 * (size / x0) ** slope;
  };

  const three = (value: number): string => {
    if (value === 0) return '0';
    if (!Number.isFinite(value)) return '–';
    const size = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
    if (size < -6) return value.toPrecision(3);
    if (size < 2) return value.toFixed(2 - size);
    return String(Number(value.toPrecision(3))).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  };
  const hours = (value: number): string => {
    if (value === 0) return 'none';
    if (value < 1 / 60) return `${three(value * 3600)}\u202fs`;
    if (value < 1) return `${three(value * 60)}\u202fmin`;
    return value < 48 ? `${three(value)}\u202fh` : `${three(value / 24)}\u202fdays`;
  };
  const size = (value: number): string => {
    if (value === 0) return '0';
    if (value < 1024 ** 2) return `${three(value / 1024)}\u202fKiB`;
    return value < 1024 ** 3
      ? `${three(value / 1024 ** 2)}\u202fMiB`
      : `${three(value / 1024 ** 3)}\u202fGiB`;
  };
  const priced = (price: Omit<Price, 'texts'>): Price => ({
    ...price,
    texts: [
      `${three(price.brokerHours)}\u202fh`,
      `${three(price.serviceHours)}\u202fh`,
      size(price.bytes),
      hours(price.lagHours),
    ],
  });

  const prices = costs.methods.map((method) => {
    const isList = method.kind === 'list';
    const largest = method.broker.at(-1)?.[0] ?? 0;
    const loading = isList ? lists * at(method.load, revoked) : 0;
    const beyond = revoked > largest && method.kind !== 'none' && method.broker.length > 1;
    const unread = isList && method.load.length === 0;
    return priced({
      name: method.name,
      brokerHours: (connects * at(method.broker, revoked) + loading) / hourMs,
      serviceHours: (connects * at(method.services, revoked)) / hourMs,
      bytes: (isList ? lists * at(method.listBytes, revoked) : 0) + connects * method.bytesPerAttempt,
      lagHours: isList ? fleet.crlHours : method.kind === 'none' ? 24 * fleet.lifetimeDays : method.keptHours,
      note: [
        method.kind === 'none' ? 'a revoked device is let in until its certificate ends' : '',
        beyond ? 'more revoked certificates than were measured' : '',
        unread ? 'without the time to read the list, which the result does not tell' : '',
      ]
        .filter((text) => text !== '')
        .join('; '),
    });
  });

  const unchecked = costs.methods.find(({ kind }) => kind === 'none');
  if (unchecked === undefined) return prices;
  const { forgeMs, handshakeMs, bytes } = costs.renewal;
  return [
    ...prices,
    priced({
      name: 'short-lived certificates',
      brokerHours: (connects * at(unchecked.broker, 0) + renewals * (handshakeMs ?? 0)) / hourMs,
      serviceHours: (renewals * (forgeMs ?? 0)) / hourMs,
      bytes: renewals * (bytes ?? 0),
      lagHours: 24 * fleet.lifetimeDays,
      note: [
        'nothing is checked; a revoked device is let in until its certificate ends',
        forgeMs === null ? 'without the price of making a certificate, which the result does not tell' : '',
      ]
        .filter((text) => text !== '')
        .join('; '),
    }),
  ];
}
