/** How a broker puts its question to an auth service: one entry of `index.ts`. */
export type RequestFormat = {
  name: string;
  /** Path below the service's URL. */
  path: string;
  contentType: string;
  body(question: Question): string;
  /** Whether the client may connect; null where the answer is none of this format's. */
  read(status: number, body: string): boolean | null;
};

export type Question = { clientId: string; userName: string; password: string };
