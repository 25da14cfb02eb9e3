import type { Fault } from './fault.ts';

const page = Buffer.from('<!doctype html><title>Sign in</title><p>Please sign in to use this network.</p>\n');

export const html: Fault = {
  name: 'html',
  describe: 'status 200 with a web page, as a captive portal answers',
  services: ['ocsp', 'crl', 'auth'],
  prepare: () => ({
    reply: () => ({ status: 200, headers: [['Content-Type', 'text/html; charset=utf-8']], body: page }),
  }),
};
