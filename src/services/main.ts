import { Socket } from 'node:net';
import { controlFd, encodeLine, lineSplitter } from '../channel/lines.ts';
import type { ControlReply, ControlRequest } from './control/protocol.ts';
import { openService } from './open-service.ts';
import type { OpenService } from './service.ts';
import { codeOf, messageOf, ServiceError } from './service-error.ts';

/** Entry of a service's process, started by `startService` with a pipe as file descriptor 3. */
let service: OpenService | null = null;
const channel = new Socket({ fd: controlFd, readable: true, writable: true });
const split = lineSplitter();

channel.on('data', (chunk) => {
  for (const line of split(chunk)) void serve(JSON.parse(line));
});
// Nobody is left to stop this process.
channel.on('close', () => process.exit(0));
// The other end closed while an answer was on its way; 'close' follows.
channel.on('error', () => undefined);

async function serve(request: ControlRequest): Promise<void> {
  const { id } = request;
  try {
    send({ id, answer: await answer(request) });
  } catch (error) {
    send({ id, error: { code: codeOf(error) || 'ERR_SERVICE', message: messageOf(error) } });
  }
}

function send(reply: ControlReply): void {
  if (channel.writable) channel.write(encodeLine(reply));
}

async function answer(
  request: ControlRequest,
): Promise<Extract<ControlReply, { answer: unknown }>['answer']> {
  if (request.verb === 'start') {
    if (service !== null) throw new ServiceError('ERR_SERVICE_STARTED', 'the service serves already');
    service = await openService(request.order);
    return { host: service.host, port: service.port, about: service.about };
  }
  if (request.verb === 'stop') {
    await service?.close();
    process.exit(0);
  }
  if (service === null) throw new ServiceError('ERR_SERVICE_STARTED', 'the service does not serve yet');
  if (request.verb === 'snapshot') return service.snapshot();
  if (request.verb === 'revoke') service.revoke(request.revoke);
  else await service.setFaults(request.faults);
  return null;
}
