import { startService } from '../../src/services/index.ts';

/** A process that starts a service and is then killed: `holder.ts ORDER`, prints the service's process id and port. */
const service = await startService(JSON.parse(process.argv[2] ?? ''));
process.stdout.write(`${service.pid} ${service.port}\n`);
