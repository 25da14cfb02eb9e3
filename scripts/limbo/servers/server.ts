import type { Presented } from '../outcome.ts';

/** What a broker is started with for one case. Files are PEM, absolute paths. */
export type CaseFiles = {
  rootsFile: string;
  /** Null where the case has no CRL: the broker then checks none. */
  crlFile: string | null;
  /** Seconds since 1970 at which the broker's clock is to stand still; null for now. */
  time: number | null;
  /** A folder of this case's own. */
  dir: string;
};

/** A broker under trial. */
export type Server = {
  name: string;
  /** For example `mosquitto 2.0.11`. */
  version: string;
  /** Whether it checks the revocation of the leaf alone, or of every certificate below the root. */
  crlCheck: 'leaf' | 'all';
  /** Whether its refusals name OpenSSL's verify error in an alert. */
  sendsAlerts: boolean;
  /** Serves with these files while `use` presents to its port. Never throws for what a case or the broker does. */
  serve(files: CaseFiles, use: (port: number) => Promise<Omit<Presented, 'brokerSays'>>): Promise<Presented>;
  /** Ends all its processes. */
  close(): Promise<void>;
};
