/** A line to the server: a socket of one's own, or a share of one that the browser's other tabs use, too. */
import type { ClientFrame, ServerFrame } from '@/api/types';

export type Ends = {
  opened: () => void;
  frames: (frames: ServerFrame[]) => void;
  /** With the code of the socket's end. Nothing is heard of the line after that. */
  closed: (code: number) => void;
};

export interface Line {
  /** Lost where the line is down. */
  send(frame: ClientFrame): void;
  /** Lets it go without hearing from it again. */
  close(): void;
}

/** How lines are made on this page; `stop` when the page is done with all of them. */
export type Lines = { open(ends: Ends): Line; stop(): void };

/** A socket of one's own. */
export function openSocket(ends: Ends): Line {
  const address = new URL('/api/v1/socket', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  let over = false;
  socket.onopen = () => { if (!over) ends.opened(); };
  socket.onmessage = (message: MessageEvent<string>) => {
    if (over) return;
    const parsed = JSON.parse(message.data) as ServerFrame | ServerFrame[];
    ends.frames(Array.isArray(parsed) ? parsed : [parsed]);
  };
  socket.onclose = (event) => {
    if (over) return;
    over = true;
    ends.closed(event.code);
  };
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    close() {
      over = true;
      socket.close(1000);
    },
  };
}
