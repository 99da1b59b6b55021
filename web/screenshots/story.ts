import type { Browser } from '@playwright/test';
import { account, type House, until } from '../end-to-end/support/house';
import { files, type Files } from './files';

type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** What the pictures need to know of the shop. */
export type Shop = {
  /** Conversations by the name of the customer. */
  ids: Map<string, string>;
  /** A colleague who looks on while the pictures are taken. */
  colleague: { email: string; password: string };
  /** What leads to the door of somebody who is invited. */
  invitation: string;
};

const people = [
  { name: 'Tomás Vega', role: 'admin' },
  { name: 'Priya Nair', role: 'supervisor' },
  { name: 'Ben Okafor', role: 'agent' },
  { name: 'Clara Weiss', role: 'agent' },
  { name: 'Jonas Lind', role: 'analyst' },
] as const;

type Who = 'Ana' | 'Tomás' | 'Priya' | 'Ben' | 'Clara';
type State = 'resolved' | 'snoozed' | 'open';

type Visit = {
  name: string;
  /** Everything they wrote, each with how many hours ago. */
  wrote: readonly (readonly [hours: number, text: string])[];
  /** What we answered. */
  answer?: readonly [Who, string];
  /** What they wrote after that. */
  then?: string;
  to?: Who;
  team?: 'Workshop' | 'Sales';
  labels?: readonly string[];
  priority?: 'low' | 'medium' | 'high' | 'urgent';
  state?: State;
  /** Stars and words, of those who were asked. */
  rated?: readonly [stars: number, words?: string];
};

const labels = [
  ['Repair', 'orange'],
  ['Order', 'blue'],
  ['Warranty', 'purple'],
  ['Invoice', 'teal'],
  ['Test ride', 'green'],
  ['Complaint', 'red'],
  ['Lease', 'pink'],
  ['Newsletter', 'grey'],
] as const;

const replies = [
  ['hours', 'Hi {{contact.first_name}}, the workshop is open Tuesday to Saturday, 9:00 to 17:30. On Thursdays we stay until 20:00.', true],
  ['address', 'You find us at Kanaalstraat 14, 3531 CJ Utrecht. There is room for your bike at the door.', true],
  ['tune-up', 'A tune-up is €79 and takes a day: gears, brakes, bearings and a wash. Parts come on top, and we call before we fit any.', true],
  ['hello', 'Hi {{contact.first_name}}, thanks for writing. I look into it and come back to you today.', true],
  ['lease-papers', 'For a lease we need your employer’s approval and a copy of the offer. Both can be sent right here.', true],
  ['thanks', 'Thank you, {{contact.first_name}}. Have a good ride!', false],
] as const;

/** The elder come first: in the list they end up below. */
const visits: readonly Visit[] = [
  { name: 'Piet Bos', wrote: [[70, 'Is the old shop on the Oudegracht still yours?']], answer: undefined, state: 'resolved', rated: [5] },
  { name: 'Greta Nilsson', wrote: [[52, 'Thanks for the quick repair last week.']], state: 'resolved', rated: [5, 'Quick, friendly, and the price was as agreed'] },
  { name: 'Hugo Martens', wrote: [[49, 'My invoice 2033 has the wrong company name']], state: 'resolved', labels: ['Invoice'], rated: [4] },
  { name: 'Sofia Ricci', wrote: [[47, 'Do you rent cargo bikes for a weekend?']], labels: ['Test ride'], team: 'Sales' },
  { name: 'Daan Visser', wrote: [[44, 'The rear light came loose again, after two weeks.']], labels: ['Warranty', 'Complaint'], priority: 'high', team: 'Workshop', to: 'Ben' },
  { name: 'Lucas Almeida', wrote: [[31, 'Olá! Posso levar a bicicleta hoje?'], [30, 'Ou amanhã de manhã?']], labels: ['Repair'], team: 'Workshop', to: 'Ana' },
  { name: 'Kim Lund', wrote: [[29, 'Is the Vela 7 in stock in size M?']], labels: ['Order'], team: 'Sales', to: 'Clara' },
  { name: 'Ruth Behr', wrote: [[27, 'Please send me the papers for the lease.']], labels: ['Lease'], state: 'snoozed', to: 'Clara' },
  { name: 'Wim de Groot', wrote: [[26, 'Bel me even terug als het kan']], team: 'Workshop' },
  { name: 'Nadia Haddad', wrote: [[23, 'Can I still change the colour of my order?']], labels: ['Order'], priority: 'medium', team: 'Sales', to: 'Clara' },
  { name: 'Filip Novak', wrote: [[23, 'Which oil for the belt drive?']], state: 'resolved', rated: [5, 'Exactly what I wanted to know'] },
  { name: 'Aoife Byrne', wrote: [[22, 'I would like to test the cargo bike on Saturday.']], labels: ['Test ride'], team: 'Sales', to: 'Priya', answer: ['Priya', 'Saturday at eleven is yours. Bring a helmet for the little one.'] },
  { name: 'Mehmet Yıldız', wrote: [[21, 'Fatura için vergi numarası gerekiyor mu?']], labels: ['Invoice'] },
  { name: 'Hannah Osei', wrote: [[20, 'Is this the right hanger for a Vela 5?']], team: 'Workshop', to: 'Ben', labels: ['Repair'] },
  { name: 'Paul Lambert', wrote: [[19, 'Bonjour, avez-vous des pneus d’hiver en 28 pouces ?']], labels: ['Order'] },
  { name: 'Ines Costa', wrote: [[18, 'Is the workshop open on Monday?']], state: 'resolved', rated: [3, 'It took a day to get an answer'] },
  { name: 'Yusuf Demir', wrote: [[17, 'The app says my order is delivered, but it is not here.']], labels: ['Order', 'Complaint'], priority: 'high', team: 'Sales' },
  { name: 'Olga Prentice', wrote: [[16, 'My chain came off on the way to work.']], team: 'Workshop', to: 'Ben', labels: ['Repair'], answer: ['Ben', 'That happens with a worn ring. Come by any time today, it takes ten minutes.'] },
  { name: 'Samir Aziz', wrote: [[15, 'Do you take old batteries back?']], state: 'resolved', rated: [5] },
  { name: 'Ellen Bakker', wrote: [[14, 'We need six bikes for the office. Who do I talk to?']], labels: ['Lease'], priority: 'high', team: 'Sales', to: 'Priya', answer: ['Priya', 'With me. Shall we call tomorrow at ten?'], then: 'Ten is good. I bring our facility manager in.' },
  { name: 'Tom Ashby', wrote: [[13, 'Any news about the frame from the factory?']], labels: ['Warranty'], state: 'snoozed', team: 'Workshop', to: 'Ben' },
  { name: 'Leila Farahani', wrote: [[12, 'Great service, thank you!']], state: 'resolved', rated: [5, 'The kindest shop in town'] },
  { name: 'Viktor Hansen', wrote: [[12, 'What does a new battery for the Vela 7 cost?']], labels: ['Order'], team: 'Sales' },
  { name: 'Chloé Dubois', wrote: [[11, 'Je peux passer à midi ?']], to: 'Clara', answer: ['Clara', 'Oui, à midi c’est parfait.'] },
  { name: 'Ravi Menon', wrote: [[10, 'My key broke in the lock. Can you help today?']], priority: 'urgent', labels: ['Repair'], team: 'Workshop' },
  { name: 'Julia Stein', wrote: [[9, 'Ist mein Rad schon fertig?']], team: 'Workshop', to: 'Ana', labels: ['Repair'], answer: ['Ana', 'Fast: die Bremsen noch, dann rufen wir an.'] },
  { name: 'Omar Khalil', wrote: [[8, 'Do you ship to Belgium?']], state: 'resolved', rated: [4, 'Clear answer'] },
  { name: 'Nora Lind', wrote: [[8, 'Can you keep the blue one for me until Friday?']], labels: ['Order'], team: 'Sales', to: 'Clara', answer: ['Clara', 'Done, it has your name on it.'], then: 'You are wonderful' },
  { name: 'Marta Kowalczyk', wrote: [[7, 'Dzień dobry, czy rower jest gotowy?']], team: 'Workshop', labels: ['Repair'] },
  { name: 'Isaac Reyes', wrote: [[7, 'How often should I have the belt checked?']], state: 'resolved', rated: [5] },
  { name: 'Freya Olsen', wrote: [[6, 'Is there a child seat that fits the Vela 5?']], labels: ['Order'], priority: 'low', team: 'Sales' },
  { name: 'Kenji Mori', wrote: [[6, 'I bought the wrong size of mudguard. Can I swap it?']], to: 'Ana', labels: ['Order'], answer: ['Ana', 'Of course. Bring it unused, with the receipt.'] },
  { name: 'Amara Diallo', wrote: [[5, 'The display stays black since the rain.']], labels: ['Repair', 'Warranty'], priority: 'high', team: 'Workshop', to: 'Ana' },
  { name: 'Lars Pedersen', wrote: [[5, 'Hi, is anyone there on Sunday?']], state: 'resolved', rated: [2, 'I had to ask twice'] },
  { name: 'Emma Collins', wrote: [[4, 'Could I get the invoice as a PDF?']], labels: ['Invoice'], to: 'Ana' },
  { name: 'Tariq Mansour', wrote: [[4, 'Which lock do you recommend for the station?']], team: 'Sales' },
  { name: 'Bianca Moretti', wrote: [[4, 'Buongiorno, la bici è pronta per sabato?']], team: 'Workshop' },
  { name: 'Jan Kok', wrote: [[3, 'De versnelling hapert nog steeds.']], labels: ['Repair', 'Complaint'], priority: 'medium', team: 'Workshop', to: 'Ben' },
  { name: 'Grace Mensah', wrote: [[3, 'What time do you close today?']], state: 'resolved', rated: [5, 'Answered within a minute'] },
  { name: 'Pedro Santos', wrote: [[3, 'I am interested in the red Vela 7 from the window.']], labels: ['Test ride', 'Order'], team: 'Sales', to: 'Clara', answer: ['Clara', 'It is a 54. How tall are you?'], then: '1.78 m' },
  { name: 'Anneke Smit', wrote: [[2, 'Mag ik de fiets morgen ophalen?']], team: 'Workshop', to: 'Ana', answer: ['Ana', 'Zeker, vanaf negen uur.'] },
  { name: 'Diego Torres', wrote: [[2, '¿Tienen repuestos para frenos Magura?']], team: 'Workshop' },
  { name: 'Helen Fraser', wrote: [[2, 'I think I was charged twice for the tune-up.']], labels: ['Invoice', 'Complaint'], priority: 'urgent' },
  { name: 'Mia Roth', wrote: [[2, 'Wann kommt das neue Modell?']], team: 'Sales' },
  { name: 'Stefan Ionescu', wrote: [[1, 'The trailer is perfect. Thank you all!']], state: 'resolved', rated: [5] },
  { name: 'Zoë Jansen', wrote: [[1, 'Can my neighbour collect the bike for me?']], team: 'Workshop', to: 'Ana' },
  { name: 'Noor Bakker', wrote: [[1, 'Does the lamp fit the old frame?']], team: 'Sales', to: 'Ana' },
  { name: 'Daniel Weber', wrote: [[1, 'I am at the door, are you open?']], priority: 'urgent', team: 'Workshop', to: 'Ana' },
  { name: 'Priscilla Adeyemi', wrote: [[1, 'Saturday test ride: do I need to bring anything?']], labels: ['Test ride'], team: 'Sales' },
  { name: 'Lena Sommer', wrote: [[1, 'Short question about my saddle']], team: 'Workshop', to: 'Ana' },
];

/** Those whose thread is shown by itself. */
export const hero = 'Elif Kaya';
export const cases = { received: 'Sanne Vos', sent: 'Marco Rossi', trouble: 'Ursula Brandt', long: 'Joost van Dam', closed: 'Lucas Almeida', arabic: 'ليلى حداد', quiet: 'Noor Bakker' } as const;

const phoneOf = (nth: number): string => `316555010${String(nth).padStart(2, '0')}`;

/** As somebody of us, by a session of theirs. */
async function as(house: House, email: string, password: string): Promise<Call> {
  const signed = await fetch(`${house.url}/api/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email, password }) });
  if (!signed.ok) throw new Error(`sign-in of ${email}: ${signed.status} ${await signed.text()}`);
  const cookie = signed.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const { csrf_token: csrf } = (await signed.json()) as { csrf_token: string };
  return async (method, path, body) => {
    const answer = await fetch(`${house.url}/api/v1${path}`, {
      method,
      headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  };
}

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Does the same for each, some at a time. */
async function each<T>(all: readonly T[], one: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...all];
  await Promise.all(Array.from({ length: 6 }, async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await one(item);
  }));
}

/** Everything that stands at our end of the messages of a conversation left: nothing is on its way. */
async function settled(house: House, id: string): Promise<void> {
  await until(`what was sent to ${id} to arrive`, async () => (await house.items(id)).every((one) => !['queued', 'sending', 'sent'].includes(one.state)));
}

/** Who opened a house is called by the first part of the address: she has a name. */
export async function named(house: House): Promise<void> {
  const { user } = (await (await as(house, account.email, account.password))('GET', '/me')) as { user: { id: string } };
  await house.call('PATCH', `/api/v1/users/${user.id}`, { name: 'Ana Ruiz' });
}

/** Fills a house with a bicycle shop on an ordinary day. */
export async function open(house: House, browser: Browser): Promise<Shop> {
  const by = new Map<string, Call>();
  const userIds = new Map<string, string>();
  const ana = await as(house, account.email, account.password);
  by.set('Ana', ana);
  const me = (await ana('GET', '/me'))['user'] as { id: string };
  userIds.set('Ana', me.id);
  for (const { name, role } of people) {
    const first = name.split(' ')[0] ?? '';
    const email = `${first.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()}@example.com`;
    const user = await ana('POST', '/users', { name, email, password: account.password, role });
    userIds.set(first, String(user['id']));
    by.set(first, await as(house, email, account.password));
  }
  const who = (name: Who): Call => by.get(name) ?? ana;
  const idOf = (map: Map<string, string>, name: string): string => map.get(name) ?? '';

  const teams = new Map<string, string>();
  for (const [name, members] of [['Workshop', ['Ana', 'Ben', 'Priya']], ['Sales', ['Clara', 'Priya', 'Tomás']]] as const)
    teams.set(name, String((await ana('POST', '/teams', { name, members: members.map((one) => idOf(userIds, one)), ...(name === 'Sales' ? { assignment: { rule: 'by_hand' } } : {}) }))['id']));
  const labelIds = new Map<string, string>();
  for (const [name, color] of labels) labelIds.set(name, String((await ana('POST', '/labels', { name, color }))['id']));
  for (const [name, text, shared] of replies) await ana('POST', '/saved-replies', { name, text, shared });
  await rules(ana, labelIds, teams);
  await ana('GET', `/templates?channel_id=${house.channelId}&fresh=true`);

  const things = await files(browser, house.url);
  const ids = await customers(house, who, { userIds, teams, labelIds }, things);
  await ana('POST', '/views', { name: 'Repairs in hand', shared: true, sort: 'waiting', filter: [{ field: 'label', any: [idOf(labelIds, 'Repair')] }, { field: 'status', any: ['open'] }] });
  await ana('POST', '/views', { name: 'Closing today', shared: true, sort: 'window', filter: [{ field: 'window', any: ['closing'] }, { field: 'status', any: ['open'] }] });
  await ana('POST', '/views', { name: 'My complaints', sort: 'newest', filter: [{ field: 'label', any: [idOf(labelIds, 'Complaint')] }] });

  await ana('POST', '/api-keys', { name: 'Webshop' });
  await ana('POST', '/api-keys', { name: 'Accounting' });
  const invitation = await ana('POST', '/invitations', { email: 'femke@example.com', role: 'agent' });
  await ana('POST', '/invitations', { email: 'luuk@example.com', role: 'supervisor' });
  return { ids, colleague: { email: 'tomas@example.com', password: account.password }, invitation: String(invitation['link']) };
}

/** What the shop has set: hours, targets, ratings, rules, macros. */
async function rules(ana: Call, labelIds: Map<string, string>, teams: Map<string, string>): Promise<void> {
  const label = (name: string): string => labelIds.get(name) ?? '';
  const weekly = ['tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => ({ day, from: '09:00', to: day === 'thursday' ? '20:00' : '17:30' }));
  await ana('PUT', '/business-hours', { hours: { time_zone: 'Europe/Amsterdam', weekly, holidays: [{ date: '2026-12-25', name: 'Christmas' }, { date: '2027-01-01', name: 'New Year' }] } });
  await ana('PUT', `/teams/${teams.get('Sales') ?? ''}/business-hours`, { hours: { time_zone: 'Europe/Amsterdam', weekly: [...weekly, { day: 'sunday', from: '11:00', to: '16:00' }] } });
  await ana('PUT', '/sla-policies', {
    policies: [
      { name: 'Workshop', team_ids: [teams.get('Workshop')], first_response_minutes: 60, next_response_minutes: 240, resolution_minutes: 2_880, within_hours: true },
      { name: 'Everybody else', first_response_minutes: 240, next_response_minutes: 480, within_hours: true },
    ],
  });
  await ana('PUT', '/rating-settings', { settings: { ask: true, delay_minutes: 0, every_days: 30, question: 'How did we do?', button: 'Choose' } });
  await ana('POST', '/rules', { name: 'Complaints to Priya’s desk', enabled: true, when: { event: 'labelled', filter: [{ field: 'label', any: [label('Complaint')] }] }, actions: [{ action: 'change', change: { field: 'priority', priority: 'high' } }] });
  await ana('POST', '/rules', { name: 'Label what asks for a refund', enabled: true, when: { event: 'message_received', words: ['refund', 'money back', 'charged twice'] }, actions: [{ action: 'change', change: { field: 'labels', add: [label('Invoice')] } }, { action: 'note', text: 'Look at the till’s list of the day before you answer.' }] });
  await ana('POST', '/rules', { name: 'Remind after two days', enabled: false, when: { event: 'message_sent', after_minutes: 2_880, filter: [{ field: 'status', any: ['open'] }] }, actions: [{ action: 'send', text: 'Hi {{contact.first_name|there}}, is everything all right with your bike?' }] });
  await ana('POST', '/macros', { name: 'Mine, and answer today', shared: true, actions: [{ action: 'assign_me' }, { action: 'change', change: { field: 'priority', priority: 'medium' } }] });
  await ana('POST', '/macros', { name: 'Over to the workshop', shared: true, actions: [{ action: 'change', change: { field: 'team', team_id: teams.get('Workshop') } }, { action: 'change', change: { field: 'labels', add: [label('Repair')] } }, { action: 'note', text: 'The customer expects a call before we begin.' }] });
  await ana('POST', '/macros', { name: 'Thank and close', shared: true, actions: [{ action: 'send', text: 'Thank you, {{contact.first_name|there}}. Have a good ride!' }, { action: 'change', change: { field: 'status', status: 'resolved' } }] });
  await ana('POST', '/macros', { name: 'Tomorrow', actions: [{ action: 'snooze', minutes: 1_440 }] });
}

type Known = { userIds: Map<string, string>; teams: Map<string, string>; labelIds: Map<string, string> };

/** Customers write, and are dealt with. */
async function customers(house: House, who: (name: Who) => Call, known: Known, things: Files): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const conversations = async (inbound: ReadonlyMap<string, number>): Promise<void> => {
    await until('everybody to have written', async () => {
      for (const status of ['open', 'resolved', 'snoozed']) {
        const page = await house.call('GET', `/api/v1/conversations?view=all&status=${status}&limit=100`);
        for (const one of page['conversations'] as { id: string; inbound_count: number; contact: { name: string } }[])
          if (one.inbound_count >= (inbound.get(one.contact.name) ?? Number.POSITIVE_INFINITY)) ids.set(one.contact.name, one.id);
      }
      return [...inbound.keys()].every((name) => ids.has(name));
    });
  };
  const phones = new Map<string, string>();
  const phone = (name: string): string => {
    const found = phones.get(name) ?? phoneOf(phones.size + 1);
    phones.set(name, found);
    return found;
  };

  // The long thread is the oldest, so that it stands below.
  const long = lines();
  house.history(phone(cases.long), long, 2);
  house.say(phone(cases.long), cases.long, 'And the mudguards, do they fit as well?', 2);
  for (const { name, wrote } of visits) for (const [hours, text] of wrote) house.say(phone(name), name, text, hours);
  house.say(phone(cases.trouble), cases.trouble, 'Is my bike ready? I am leaving on Friday.', 1);
  house.say(phone(cases.sent), cases.sent, 'Can you tell me more about the Vela 7?', 1);
  house.say(phone(cases.received), cases.received, 'I will send you everything in one go', 1);
  house.say(phone(cases.arabic), cases.arabic, 'مرحبًا، هل دراجتي جاهزة؟', 1);
  house.say(phone(hero), hero, 'Hi! My Vela 7 clicks loudly in the lowest gears', 1);
  const written = new Map<string, number>(visits.map(({ name, wrote }) => [name, wrote.length]));
  for (const name of [cases.trouble, cases.sent, cases.received, cases.arabic, hero, cases.long]) written.set(name, 1);
  await conversations(written);
  const id = (name: string): string => ids.get(name) ?? '';

  await heroThread(house, who, known, { id: id(hero), phone: phone(hero) }, things);
  // Nothing else is on its way when WhatsApp refuses something.
  await trouble(house, who, known, id(cases.trouble));
  await each(visits, async ({ name, to, team, labels: tags, priority, state, answer }) => {
    const at = `/conversations/${id(name)}`;
    const ana = who('Ana');
    if (team) await ana('POST', `${at}/team`, { team_id: known.teams.get(team) });
    if (to) await who('Priya')('POST', `${at}/assign`, { assignee_id: known.userIds.get(to) });
    if (tags) await ana('POST', `${at}/labels`, { add: tags.map((one) => known.labelIds.get(one)) });
    if (priority) await ana('POST', `${at}/priority`, { priority });
    if (answer) await who(answer[0])('POST', `${at}/messages`, { type: 'text', text: { body: answer[1] } });
    if (state === 'snoozed') await ana('POST', `${at}/status`, { status: 'snoozed', snoozed_until: inHours(20) });
    if (state === 'resolved') await who('Clara')('POST', `${at}/status`, { status: 'resolved' });
  });
  await rate(house, phone, id);
  const again = visits.filter((one) => one.then !== undefined);
  for (const { name, then } of again) house.tell(phone(name), name, { type: 'text', text: { body: then } }, 1);
  await conversations(new Map(again.map(({ name, wrote }) => [name, wrote.length + 1])));

  await received(house, { id: id(cases.received), phone: phone(cases.received) }, things);
  await sent(house, who, known, id(cases.sent), things);
  await arabic(house, who, { id: id(cases.arabic), phone: phone(cases.arabic) });
  await who('Ben')('POST', `/conversations/${id('Zoë Jansen')}/notes`, { body: '@Ana Ruiz the neighbour was here and wants to pay by card. All right with you?', mentions: [known.userIds.get('Ana')] });
  await who('Priya')('POST', `/conversations/${id('Amara Diallo')}/notes`, { body: '@Ana Ruiz this is the third display this month. Please call the factory.', mentions: [known.userIds.get('Ana')] });
  await who('Ana')('POST', `/conversations/${id('Emma Collins')}/draft`, { base_version: 0, mode: 'reply', reply: 'Hi Emma, here is invoice 2041 as a PDF. I have also ' });
  // Who answers has read; and some are read by whoever looks after all.
  await each([...visits.filter((one, nth) => one.answer?.[0] === 'Ana' || (one.to !== 'Ana' && nth % 3 !== 0)).map((one) => one.name), cases.long, cases.sent], (name) => who('Ana')('POST', `/conversations/${id(name)}/read`, {}));
  await settled(house, id(cases.sent));
  // WhatsApp takes a message in six seconds to one person: what was written faster is made up for before anybody looks.
  for (const name of [hero, cases.sent])
    await until(`the next message to ${name} to go at once`, async () => (await house.call('GET', `/api/v1/conversations/${id(name)}/permission`))['next'] === undefined, 90_000);
  return ids;
}

/** Some of those who were asked how it was answer. */
async function rate(house: House, phone: (name: string) => string, id: (name: string) => string): Promise<void> {
  type Asked = { rating?: { part: string }; state: string; content: { action?: { sections: { rows: { id: string; title: string }[] }[] } } };
  await each(visits.filter((one) => one.rated && (one.wrote.at(-1)?.[0] ?? 0) < 24), async ({ name, rated }) => {
    const rows = await until(`${name} to be asked`, async () => {
      const page = await house.call('GET', `/api/v1/conversations/${id(name)}/messages`);
      const asked = (page['messages'] as Asked[]).find((one) => one.rating?.part === 'ask' && one.state !== 'queued' && one.state !== 'sending');
      return asked?.content.action?.sections[0]?.rows;
    });
    const row = rows.find((one) => one.title.startsWith(String(rated?.[0])));
    if (row) house.tap(phone(name), name, row.id, row.title);
    await until(`${name} to have rated`, async () => ((await house.call('GET', `/api/v1/conversations/${id(name)}/messages`))['messages'] as Asked[]).some((one) => one.rating !== undefined && one.rating.part !== 'ask'));
    if (rated?.[1]) house.tell(phone(name), name, { type: 'text', text: { body: rated[1] } });
  });
}

type Customer = { id: string; phone: string };

/** Waits for so many items of a conversation, in their order. */
async function there(house: House, id: string, count: number): Promise<void> {
  await until(`${String(count)} items`, async () => (await house.items(id)).length >= count);
}

/** The conversation that stands in the first picture. */
async function heroThread(house: House, who: (name: Who) => Call, known: Known, { id, phone }: Customer, things: Files): Promise<void> {
  const at = `/conversations/${id}`;
  const write = (name: Who, body: string, more: object = {}): Promise<unknown> => who(name)('POST', `${at}/messages`, { type: 'text', text: { body }, ...more });
  await who('Ana')('POST', `${at}/assign`, { assignee_id: known.userIds.get('Ana') });
  await who('Ana')('POST', `${at}/team`, { team_id: known.teams.get('Workshop') });
  await who('Ana')('POST', `${at}/labels`, { add: [known.labelIds.get('Repair'), known.labelIds.get('Warranty')] });
  const { contact } = (await house.call('GET', `/api/v1${at}`)) as { contact: { id: string } };
  const consent = (body: object): Promise<unknown> => who('Ana')('POST', `/contacts/${contact.id}/consent`, body);
  await consent({ scope: 'utility', choice: 'given', how: 'form', reference: 'Order form 4711', at: inHours(-24 * 40) });
  await consent({ scope: 'marketing', choice: 'given', how: 'in_person', at: inHours(-24 * 12), remark: 'Asked at the spring market' });
  await house.call('PATCH', `/api/v1/contacts/${contact.id}`, { about: 'Rides the Vela 7 to work, 14 km each way' });
  let count = (await house.items(id)).length;
  house.tell(phone, hero, { type: 'image', image: { ...(await house.fileOf('image/jpeg', things.drivetrain)), caption: 'It is this one, the click comes from here' } }, 40);
  count += 1;
  await there(house, id, count);
  await write('Ana', 'Thanks for the picture, Elif. That looks like the hanger: it is bent a little, and the derailleur touches the spokes.');
  await settled(house, id);
  await who('Ben')('POST', `${at}/notes`, { body: '@Ana Ruiz two hangers for the Vela 7 are left on shelf C. I put one aside.', mentions: [known.userIds.get('Ana')] });
  count = (await house.items(id)).length;
  house.tell(phone, hero, { type: 'text', text: { body: 'Oh no. Can I still ride to work with it?' } }, 3);
  house.tell(phone, hero, { id: 'wamid.hero', type: 'text', text: { body: 'And is it covered by the warranty? I bought it in March.' } }, 2);
  await there(house, id, count + 2);
  const asked = (await house.items(id)).at(-1)?.id;
  await write('Ana', 'It is. Ride gently, and stay out of the lowest gear until we have changed it.', { reply_to: asked });
  await who('Ana')('POST', `${at}/messages`, {
    type: 'interactive',
    interactive: { body: 'When does it suit you? It takes twenty minutes, and coffee is on us.', action: { type: 'buttons', buttons: [{ id: 'thu', title: 'Thursday, 10:00' }, { id: 'fri', title: 'Friday, 9:00' }, { id: 'other', title: 'Another day' }] } },
  });
  await settled(house, id);
  count = (await house.items(id)).length;
  house.tell(phone, hero, { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'thu', title: 'Thursday, 10:00' } } });
  await there(house, id, count + 1);
  house.tell(phone, hero, { type: 'reaction', reaction: { message_id: 'wamid.hero', emoji: '🙏' } });
  house.tell(phone, hero, { type: 'text', text: { body: 'Perfect, see you then 🚲' } });
  await there(house, id, count + 2);
}

/** Everything that a customer can send. */
async function received(house: House, { id, phone }: Customer, things: Files): Promise<void> {
  const name = cases.received;
  const tell = (message: Record<string, unknown>): void => house.tell(phone, name, message, 5);
  tell({ type: 'image', image: await house.fileOf('image/jpeg', things.bike) });
  tell({ type: 'audio', audio: { ...(await house.fileOf('audio/ogg; codecs=opus', things.voice)), voice: true } });
  tell({ type: 'location', location: { latitude: 52.0907, longitude: 5.1214, name: 'Domplein', address: 'Utrecht' } });
  tell({ id: 'wamid.edited', type: 'text', text: { body: 'I come at tenn' } });
  tell({ id: 'wamid.deleted', type: 'text', text: { body: 'Wrong chat, sorry' } });
  await house.conversationOf(name, 6);
  tell({ type: 'edit', edit: { original_message_id: 'wamid.edited', message: { type: 'text', text: { body: 'I come at ten' } } } });
  tell({ type: 'revoke', revoke: { original_message_id: 'wamid.deleted' } });
  tell({ type: 'reaction', reaction: { message_id: 'wamid.edited', emoji: '👍' } });
  const others = ['from_ad', 'forwarded', 'card', 'document', 'sticker', 'order', 'form', 'row', 'quick_reply', 'poll', 'missed_call', 'call'];
  for (const thing of others) house.send(phone, name, thing);
  await house.conversationOf(name, 6 + others.length);
  await until('the edit', async () => JSON.stringify(await house.items(id)).includes('I come at ten"'));
}

/** Everything that we can send. */
async function sent(house: House, who: (name: Who) => Call, known: Known, id: string, things: Files): Promise<void> {
  const clara = (content: object): Promise<unknown> => who('Clara')('POST', `/conversations/${id}/messages`, content);
  const upload = (kind: string, name: string, bytes: Buffer): Promise<string> => house.upload(kind, name, bytes);
  const picture = await upload('image', 'vela-7.jpg', things.bike);
  await who('Priya')('POST', `/conversations/${id}/assign`, { assignee_id: known.userIds.get('Clara') });
  await clara({ type: 'image', image: { media_id: picture, caption: 'The Vela 7 in forest green. *Belt drive*, 7 gears, 16 kg.' } });
  await clara({ type: 'document', document: { media_id: await upload('document', 'vela-7.pdf', things.pdf), filename: 'vela-7.pdf' } });
  await clara({ type: 'audio', audio: { media_id: await upload('audio', 'voice.ogg', things.voice), voice: true } });
  await clara({ type: 'interactive', interactive: { header: { type: 'text', text: 'Sizes' }, body: 'Which size do you ride?', footer: 'You can try all of them', action: { type: 'list', button: 'Choose a size', sections: [{ title: 'Frames', rows: [{ id: 's', title: 'S', description: 'Up to 1.68 m' }, { id: 'm', title: 'M', description: 'Up to 1.80 m' }, { id: 'l', title: 'L', description: 'From 1.80 m' }] }] } } });
  await clara({ type: 'interactive', interactive: { body: 'All the details, and the colours', action: { type: 'cta_url', display_text: 'See the Vela 7', url: 'https://vela.example/bikes/7' } } });
  await clara({ type: 'location', location: { latitude: 52.0926, longitude: 5.1009, name: 'Vela Bikes', address: 'Kanaalstraat 14, Utrecht' } });
  await clara({ type: 'contacts', contacts: [{ name: 'Clara Weiss', organization: 'Vela Bikes', phones: [{ phone: '+31 30 555 0142' }], emails: [{ value: 'clara@example.com' }] }] });
  await clara({ type: 'template', template: { name: 'order_shipped', language: 'en_US', header: [{ text: '4711' }], body: [{ text: 'Marco' }, { text: '4711' }], buttons: [{ index: 0, value: '4711' }] } });
}

/** What goes wrong, and what is among ourselves. */
async function trouble(house: House, who: (name: Who) => Call, known: Known, id: string): Promise<void> {
  const at = `/conversations/${id}`;
  const write = (body: string): Promise<unknown> => who('Ana')('POST', `${at}/messages`, { type: 'text', text: { body } });
  const last = async (state: string): Promise<void> => {
    await until(`the last to be ${state}`, async () => (await house.items(id)).at(-1)?.state === state);
  };
  await who('Ana')('POST', `${at}/assign`, { assignee_id: known.userIds.get('Ana') });
  await who('Ben')('POST', `${at}/notes`, { body: '@Ana Ruiz the wheel is back from the builder. I true it after lunch.', mentions: [known.userIds.get('Ana')] });
  house.order({ refuse: { code: 131026 } });
  await write('Almost. It is on the stand right now.');
  await last('failed');
  house.order('close');
  await write('It will be ready on Thursday, before noon.');
  await last('unknown');
  await who('Ana')('POST', `${at}/scheduled`, { send_at: inHours(16), unless_reply: true, message: { type: 'text', text: { body: 'Good morning Ursula, your bike stands ready at the counter.' } } });
}

async function arabic(house: House, who: (name: Who) => Call, { id, phone }: Customer): Promise<void> {
  await who('Ana')('POST', `/conversations/${id}/messages`, { type: 'text', text: { body: 'نعم، يمكنك استلامها اليوم قبل الساعة 17:30. رقم الطلب Vela 4711' } });
  await settled(house, id);
  const count = (await house.items(id)).length;
  house.tell(phone, cases.arabic, { type: 'text', text: { body: 'رائع، سأمرّ بعد الظهر. شكرًا لكم!' } });
  await there(house, id, count + 1);
}

/** Two hundred messages of a long acquaintance, in turn. */
function lines(): string[] {
  const talk = [
    'Good morning, it is about the commuter again',
    'Good morning Joost, what is it this time?',
    'The brake squeals when it is wet',
    'That is the pads. Wipe the disc with alcohol first, it often helps.',
    'I did, and it is better',
    'Good. If it comes back we change them, that is ten minutes.',
    'How many kilometres do they last?',
    'Around three thousand in the city, less in winter.',
    'Then it is time, I am at 3,400',
    'Come by on Thursday, we are open until eight.',
    'Will do. And the saddle still sinks a little',
    'We put carbon paste on the post, then it stays.',
  ];
  return Array.from({ length: 200 }, (_, nth) => talk[nth % talk.length] ?? '');
}
