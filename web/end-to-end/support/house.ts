import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

const target = process.env['CARGO_TARGET_DIR'] ?? join(import.meta.dirname, '../../../target');
const binary = process.env['SWITCHBOARD'] ?? join(target, 'debug/switchboard');

export const account = { email: 'ana@example.com', password: 'a long enough password' };

/** A port nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Waits until something holds; fails with what it was. */
export async function until<T>(what: string, probe: () => Promise<T | undefined | false>, within = 30_000): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const found = await probe().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not in ${within / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** What the provider says of itself. */
type Fact = 'graph_url' | 'phone_number_id' | 'waba_id' | 'access_token' | 'app_secret' | 'app_id' | 'config_id';

/** The real server with the simulated provider beside it, a workspace, and a connected number. */
export class House {
  readonly url: string;
  apiKey = '';
  channelId = '';
  /** What connects the provider's number. */
  number = { phone_number_id: '', waba_id: '', access_token: '', app_secret: '' };
  private server: ChildProcess | undefined;
  private provider: ChildProcess | undefined;
  private graphUrl = '';
  private told = 0;
  private readonly data = mkdtempSync(join(tmpdir(), 'switchboard-'));
  private env: NodeJS.ProcessEnv = {};

  private constructor(readonly port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** With `signUp`, of an installation with a Meta app of its own; with `reviewMs`, of a provider that decides about templates by itself after so long; with `rates`, of an installation that knows what messages cost; with `outbox`, of a server that lets strangers in and keeps its mail. */
  static async open({ signUp = false, reviewMs, rates, outbox = false }: { signUp?: boolean; reviewMs?: number; rates?: string; outbox?: boolean } = {}): Promise<House> {
    const house = new House(await freePort());
    const provider = spawn(binary, ['simulator', '--webhook', `${house.url}/webhooks/whatsapp`, ...(reviewMs === undefined ? [] : ['--review-ms', String(reviewMs)])], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    house.provider = provider;
    const lines: Interface = createInterface({ input: provider.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const facts = JSON.parse(first) as Record<Fact, string>;
    house.graphUrl = facts.graph_url;
    house.env = {
      ...process.env,
      SWITCHBOARD__STORE__PATH: house.data,
      SWITCHBOARD__HTTP__LISTEN: `127.0.0.1:${house.port}`,
      SWITCHBOARD__WHATSAPP__GRAPH_URL: facts.graph_url,
      SWITCHBOARD__LOG__LEVEL: 'warn',
      ...(outbox ? { SWITCHBOARD__MAIL__KIND: 'outbox', SWITCHBOARD__ACCOUNTS__SIGN_UP: 'true' } : {}),
      ...(signUp
        ? {
            SWITCHBOARD__WHATSAPP__DIALOG_URL: facts.graph_url,
            SWITCHBOARD__WHATSAPP__APP_ID: facts.app_id,
            SWITCHBOARD__WHATSAPP__CONFIG_ID: facts.config_id,
            SWITCHBOARD__WHATSAPP__APP_SECRET: facts.app_secret,
          }
        : {}),
    };
    if (rates !== undefined) {
      house.env['SWITCHBOARD__WHATSAPP__RATE_CARD'] = join(house.data, 'rates.csv');
      writeFileSync(join(house.data, 'rates.csv'), rates);
    }
    const workspace = spawn(
      binary,
      ['workspace', 'create', '--name', 'Vela Bikes', '--email', account.email, '--password-stdin'],
      { env: house.env, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    workspace.stdin.end(account.password);
    const chunks: Buffer[] = [];
    for await (const chunk of workspace.stdout) chunks.push(chunk as Buffer);
    house.apiKey = (JSON.parse(Buffer.concat(chunks).toString()) as { api_key: string }).api_key;
    await house.serve();
    const { graph_url: _, app_id: _app, config_id: _config, ...number } = facts;
    house.number = number;
    const channel = await house.call('POST', '/api/v1/channels', { kind: 'whatsapp', name: 'Shop', ...number });
    house.channelId = String(channel['id']);
    return house;
  }

  private async serve(): Promise<void> {
    // So that a limit on the size of its files is an error to it, and not its end.
    this.server = spawn('sh', ['-c', `trap '' XFSZ; exec "$0" serve`, binary], { env: this.env, stdio: ['ignore', 'inherit', 'inherit'] });
    await until('the server takes traffic', async () => (await fetch(`${this.url}/readyz`)).ok);
  }

  /** The server dies, its master key is lost, and it goes on with a new one. */
  async loseKey(): Promise<void> {
    await end(this.server);
    rmSync(join(this.data, 'master.key'));
    const [code] = (await once(spawn(binary, ['keys', 'renew'], { env: this.env, stdio: 'ignore' }), 'exit')) as [number];
    if (code !== 0) throw new Error(`keys renew: ${String(code)}`);
    await this.serve();
  }

  /** The server dies, until `up`. */
  async down(): Promise<void> {
    await end(this.server);
  }

  async up(): Promise<void> {
    await this.serve();
  }

  /** The server's process. */
  get pid(): number {
    return this.server?.pid ?? 0;
  }

  /** A call of the API as a program. */
  async call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  }

  /** Uploads a file that is to be sent; its id. */
  async upload(kind: string, filename: string, bytes: Buffer): Promise<string> {
    const query = new URLSearchParams({ channel_id: this.channelId, kind, filename });
    const answer = await fetch(`${this.url}/api/v1/media?${query.toString()}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(bytes),
    });
    if (!answer.ok) throw new Error(`upload of ${filename}: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { media_id: string }).media_id;
  }

  /** Tells the provider what happens on its side. */
  order(order: unknown): void {
    this.provider?.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** A customer writes. */
  say(phone: string, name: string, text: string, hoursAgo = 0): void {
    this.order({ say: { phone, name, text, hours_ago: hoursAgo } });
  }

  /** A customer sends something that is not words: one of the simulator's things. `words` stand wherever there are some of a customer in it. */
  send(phone: string, name: string, thing: string, words?: string): void {
    this.order({ send: { phone, name, thing, ...(words === undefined ? {} : { words }) } });
  }

  /** A file on a customer's phone, as a message of theirs names it. */
  async fileOf(mimeType: string, bytes: Buffer): Promise<{ id: string; mime_type: string; sha256: string }> {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new Blob([new Uint8Array(bytes)], { type: mimeType }), 'file');
    const answer = await fetch(`${this.graphUrl}/v26.0/${this.number.phone_number_id}/media`, { method: 'POST', headers: { authorization: `Bearer ${this.number.access_token}` }, body: form });
    if (!answer.ok) throw new Error(`file of a customer: ${answer.status} ${await answer.text()}`);
    return { id: ((await answer.json()) as { id: string }).id, mime_type: mimeType, sha256: createHash('sha256').update(bytes).digest('base64') };
  }

  /** A customer sends a message just as the provider words it: its type, what is in it, and an id where something is to refer to it. */
  tell(phone: string, name: string, message: Record<string, unknown>, minutesAgo = 0): void {
    const sent = Math.floor(Date.now() / 1_000) - Math.round(minutesAgo * 60);
    this.told += 1;
    this.order({
      account: {
        field: 'messages',
        value: {
          messaging_product: 'whatsapp',
          metadata: { display_phone_number: '12125550199', phone_number_id: this.number.phone_number_id },
          contacts: [{ profile: { name }, wa_id: phone }],
          messages: [{ id: `wamid.told${String(this.told)}`, from: phone, timestamp: String(sent), ...message }],
        },
      },
    });
  }

  /** A customer chooses a row of a list that they were sent. */
  tap(phone: string, name: string, id: string, title: string): void {
    this.order({ tap: { phone, name, id, title } });
  }

  /** The business writes on its own phone. */
  echo(phone: string, text: string): void {
    this.order({ echo: { phone, text } });
  }

  /** The business' phone tells what it kept, a message an hour. */
  history(phone: string, texts: string[], hoursAgo: number): void {
    this.order({ history: { phone, texts, hours_ago: hoursAgo } });
  }

  /** The conversation with a customer, once it is there with so many messages of theirs. */
  async conversationOf(name: string, inbound = 1): Promise<string> {
    return until(`a conversation with ${name}`, async () => {
      const page = await this.call('GET', '/api/v1/conversations?view=all&status=open&limit=100');
      const all = page['conversations'] as { id: string; inbound_count: number; contact: { name: string } }[];
      return all.find((one) => one.contact.name === name && one.inbound_count >= inbound)?.id;
    });
  }

  /** Every item of a conversation, as the server has it. */
  async items(id: string): Promise<{ id: string; seq: number; state: string }[]> {
    const items: { id: string; seq: number; state: string }[] = [];
    let before = '';
    for (;;) {
      const page = await this.call('GET', `/api/v1/conversations/${id}/messages?limit=200${before}`);
      const messages = page['messages'] as typeof items;
      items.unshift(...messages);
      if (page['has_more'] !== true || messages[0] === undefined) return items;
      before = `&before_seq=${messages[0].seq}`;
    }
  }

  /** Every file that was kept so far is gone from the disk. */
  loseFiles(): void {
    rmSync(join(this.data, 'blobs'), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const child of [this.server, this.provider]) await end(child);
    rmSync(this.data, { recursive: true, force: true });
  }
}
