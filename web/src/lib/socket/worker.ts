/** The worker that all tabs of one person and workspace share: it has their one socket. */
import { Host, type ToHub, type ToTab } from '@/lib/socket/host';

/** The part of the worker's world that is used; the page's types are the only ones there are. */
const world = globalThis as unknown as { onconnect: ((event: MessageEvent) => void) | null };

const ports = new Map<string, MessagePort>();
const host = new Host((message: ToTab) => {
  ports.get(message.tab)?.postMessage(message);
  if (message.type === 'end') ports.delete(message.tab);
});

world.onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<ToHub>) => {
    if (data.type === 'open') ports.set(data.tab, port);
    host.hear(data);
    if (data.type === 'close') {
      ports.delete(data.tab);
      port.close();
    }
  };
};
