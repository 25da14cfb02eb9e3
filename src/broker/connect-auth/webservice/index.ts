import { BrokerError } from '../../broker-error.ts';
import type { Question, RequestFormat } from './request-format.ts';

/** As EMQX's HTTP authentication and HiveMQ's extensions ask: JSON there and back, `result` being allow, deny or ignore. */
const json: RequestFormat = {
  name: 'json',
  path: '/mqtt/auth',
  contentType: 'application/json',
  body: ({ clientId, userName, password }) =>
    JSON.stringify({ clientid: clientId, username: userName, password }),
  read(status, body) {
    if (status === 204) return true;
    if (status !== 200) return status >= 400 && status < 500 ? false : null;
    const result = /"result"\s*:\s*"(allow|deny|ignore)"/.exec(body)?.[1];
    return result === undefined ? null : result === 'allow';
  },
};

/** As RabbitMQ's rabbitmq_auth_backend_http asks: form fields, the answer `allow` or `deny` as text. */
const form: RequestFormat = {
  name: 'form',
  path: '/rabbitmq/user',
  contentType: 'application/x-www-form-urlencoded',
  body: formFields,
  read: (status, body) =>
    status !== 200 ? null : /^allow\b/.test(body) ? true : /^deny\b/.test(body) ? false : null,
};

/** As mosquitto-go-auth asks in its default mode: form fields, the answer in the status alone. */
const formStatus: RequestFormat = {
  name: 'form-status',
  path: '/go-auth/user',
  contentType: 'application/x-www-form-urlencoded',
  body: formFields,
  read: (status) => (status === 200 ? true : status >= 400 && status < 500 ? false : null),
};

function formFields({ clientId, userName, password }: Question): string {
  const field = encodeURIComponent;
  return `username=${field(userName)}&password=${field(password)}&clientid=${field(clientId)}`;
}

const formats: readonly RequestFormat[] = [json, form, formStatus];

/** What a scenario may write at `broker.webservice.format`. */
export const requestFormatNames: readonly string[] = formats.map(({ name }) => name);

/** Throws BrokerError where there is none of that name. */
export function requestFormat(name: string): RequestFormat {
  const found = formats.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new BrokerError(
    'ERR_BROKER_WEBSERVICE',
    `there is no format "${name}" of a webservice: choose one of ${requestFormatNames.join(', ')}`,
  );
}
