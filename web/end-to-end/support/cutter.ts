import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A small generator with a seed, so that a failing run can be had again. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A proxy that cuts WebSocket connections in the middle of what the server sends. */
export class Cutter {
  cuts = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Before `port`; cuts each WebSocket after a random number of bytes, `limit` times in all. */
  static async before(port: number, limit: number, seed: number): Promise<Cutter> {
    const roll = dice(seed);
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const cutter = new Cutter(server, address.port);
    server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      cutter.sockets.add(near).add(far);
      let left = Number.POSITIVE_INFINITY;
      const end = (): void => {
        near.destroy();
        far.destroy();
      };
      near.on('data', (bytes) => {
        if (bytes.includes('Upgrade: websocket') && cutter.cuts < limit) left = 1 + Math.floor(roll() * 2_500);
        far.write(bytes);
      });
      far.on('data', (bytes) => {
        if (bytes.length < left) {
          left -= bytes.length;
          near.write(bytes);
          return;
        }
        cutter.cuts += 1;
        near.write(bytes.subarray(0, left), end);
        left = Number.POSITIVE_INFINITY;
      });
      // An ordinary end lets what was sent arrive; only a cut or a fault does not.
      near.on('end', () => far.end());
      far.on('end', () => near.end());
      for (const socket of [near, far]) {
        socket.on('error', end);
        socket.on('close', () => cutter.sockets.delete(socket));
      }
    });
    return cutter;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
