/**
 * What goes over the wire: the bodies of requests and answers and the frames of the socket, by the names of
 * `schema/src/wire`. Enumerations are open: a value this version does not know is kept, and shown as it is.
 */

/** A known value, or one that came later. */
export type Open<Known extends string> = Known | (string & {});

/** A moment, RFC 3339. */
export type Timestamp = string;

export type Text = { body: string };
export type Note = { body: string };

/** The value of one placeholder. */
export type TemplateParameter = { name?: string; text: string };

/** A template with the values it is sent with. */
export type TemplateContent = {
  name: string;
  language: string;
  header?: TemplateParameter[];
  body?: TemplateParameter[];
  /** The words with the values filled in, as far as the server knows the template. */
  text?: string;
};

export type SystemEvent = Open<
  | 'assigned'
  | 'unassigned'
  | 'opened'
  | 'reopened'
  | 'pending'
  | 'snoozed'
  | 'resolved'
  | 'blocked'
  | 'unblocked'
  | 'number_changed'
  | 'merged'
>;

/** A line the system wrote. */
export type SystemLine = { event: SystemEvent; actor?: string; subject?: string };

/** A message of a kind this version cannot show. */
export type Unsupported = { kind: string; raw?: string; blob?: string };

/** A message's type and what it says. */
export type Content =
  | { type: 'text'; content: Text }
  | { type: 'template'; content: TemplateContent }
  | { type: 'note'; content: Note }
  | { type: 'system'; content: SystemLine }
  | { type: 'unsupported'; content: Unsupported };

export type MessageState = Open<
  | 'received'
  | 'recorded'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'played'
  | 'failed'
  | 'unknown'
  | 'cancelled'
>;

/** A state and when it was reached. */
export type StateAt = { state: MessageState; at: Timestamp };

/** Why a message failed: ours, or `whatsapp_` and the provider's number. */
export type MessageError = { code: string; message: string };

export type SenderKind = Open<'agent' | 'flow' | 'campaign' | 'api' | 'customer' | 'phone_app' | 'system'>;

/** Who sent a message. */
export type Sender = { kind: SenderKind; id?: string | null; name?: string | null };

/** An item of a conversation. */
export type Message = Content & {
  id: string;
  /** The conversation's version at its last change; the older of two is dropped. */
  version: number;
  conversation_id: string;
  /** Its place: gapless within the conversation. */
  seq: number;
  direction: Open<'in' | 'out'>;
  state: MessageState;
  provider_id?: string | null;
  error?: MessageError | null;
  sent_by: Sender;
  at: Timestamp;
  provider_at?: Timestamp;
  /** It arrived after something written later. */
  late?: boolean;
  /** The message it answers, by its provider id. */
  reply_to?: string;
  edited_at?: Timestamp;
  deleted_at?: Timestamp;
  history?: StateAt[];
  attempts?: number;
};

export type IdentityKind = Open<'bsuid' | 'parent_bsuid' | 'wa_id' | 'phone' | 'username'>;

/** One address of a contact; a phone is digits without `+`. */
export type Identity = { kind: IdentityKind; value: string };

/** A contact as a conversation shows it. */
export type ContactRef = { id: string; name: string; identities: Identity[]; blocked?: boolean };

/** A person outside. */
export type Contact = {
  id: string;
  version: number;
  name: string;
  identities: Identity[];
  blocked: boolean;
  about?: string;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type ConversationStatus = Open<'open' | 'pending' | 'snoozed' | 'resolved'>;

export type WindowKind = Open<'none' | 'open' | 'free_entry' | 'closed'>;

/** WhatsApp's customer service window. */
export type Window = {
  kind: WindowKind;
  expires_at?: Timestamp;
  free_until?: Timestamp;
  opened_by?: string;
};

/** The one thread between a contact and a channel. */
export type Conversation = {
  id: string;
  /** Its commit count; the older of two is dropped. */
  version: number;
  channel_id: string;
  contact: ContactRef;
  status: ConversationStatus;
  snoozed_until?: Timestamp;
  assignee_id?: string | null;
  /** Absent in events, which are the same for every agent. */
  unread_count?: number;
  /** Messages of the customer so far. */
  inbound_count: number;
  last_seq: number;
  /** Absent where the event carries it beside the conversation. */
  last_message?: Message;
  window: Window;
  /** Since when the customer waits for an answer. */
  waiting_since?: Timestamp;
  created_at: Timestamp;
  /** When something last happened that moves it up the list. */
  updated_at: Timestamp;
};

/** A place in a tenant's stream: a snapshot includes everything up to it. */
export type StreamPosition = { epoch: string; offset: number };

/** RFC 9457 problem details. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  field?: string;
  correlation_id: string;
};

export type ConversationPage = {
  conversations: Conversation[];
  next_cursor?: string | null;
  /** Conversations in this view and status, all pages together. */
  total: number;
  as_of: StreamPosition;
};

export type ConversationDetail = Conversation & { as_of: StreamPosition };

/** A page of a conversation: the newest first, ascending `seq` within. */
export type MessagePage = { messages: Message[]; has_more: boolean; as_of: StreamPosition };

/** A template to send, with its values in order. */
export type TemplateRequest = {
  name: string;
  language: string;
  header?: TemplateParameter[];
  body?: TemplateParameter[];
};

/** A message to send. */
export type SendRequest = { type: 'text'; text: Text } | { type: 'template'; template: TemplateRequest };

/** Start a conversation with a new or known address. */
export type StartConversation = {
  channel_id: string;
  phone?: string;
  contact_id?: string;
  name?: string;
  message?: SendRequest;
};

export type StartedConversation = Conversation & { message?: Message };

export type AssignRequest = { assignee_id: string | null };
export type ReadRequest = { inbound_count?: number };
export type StatusRequest = { status: ConversationStatus; snoozed_until?: Timestamp };
export type NoteRequest = Note;

/** How far somebody has read. */
export type ReadMark = { conversation_id: string; user_id: string; inbound_count: number };
export type ReadAnswer = { read: ReadMark; unread_count: number };

/** Change a contact; what is left out stays. */
export type ContactPatch = { name?: string; about?: string; blocked?: boolean };

export type ChannelKind = Open<'whatsapp'>;
export type ChannelHealth = Open<'working' | 'broken' | 'degraded'>;

/** Connect a channel. */
export type ConnectChannel = {
  kind: 'whatsapp';
  name: string;
  phone_number_id: string;
  waba_id: string;
  access_token: string;
  app_secret?: string;
  verify_token?: string;
};

/** A connected channel. Secrets are never shown. */
export type Channel = {
  id: string;
  kind: ChannelKind;
  name: string;
  phone_number_id: string;
  waba_id: string;
  health: ChannelHealth;
  /** Why it does not work, in plain words. */
  problem?: string;
  webhook_url: string;
  /** Shown once, when the channel is made. */
  verify_token?: string;
  created_at: Timestamp;
};

export type ChannelList = { channels: Channel[] };

/** A message template at the provider. */
export type Template = {
  name: string;
  language: string;
  category: string;
  status: string;
  header?: string;
  body: string;
  footer?: string;
  header_parameters: string[];
  body_parameters: string[];
  named: boolean;
  /** The server can send it: plain text, nothing else that needs a value. */
  sendable: boolean;
};

export type TemplateList = { templates: Template[]; read_at: Timestamp };

export type SignIn = { email: string; password: string };

export type Role = Open<'owner' | 'agent'>;

/** A person who signs in. */
export type User = { id: string; name: string; email: string; role: Role };
export type UserList = { users: User[] };
export type Workspace = { id: string; name: string };

/** Who is signed in, and where. */
export type Me = { user: User; workspace: Workspace; csrf_token?: string };

export type CreateUser = { email: string; name: string; password: string; role: Role };

/** An update that could not be applied. */
export type DeadLetter = { id: string; at: Timestamp; channel_id?: string | null; reason: string; raw: unknown };
export type DeadLetterList = { dead_letters: DeadLetter[] };
export type Replayed = { applied: number; left: number };

/** The objects after the change: those that the event is about are there. */
export type EventData = {
  message?: Message;
  conversation?: Conversation;
  contact?: Contact;
  channel?: Channel;
  read?: ReadMark;
};

export type EventName = Open<
  | 'message.received'
  | 'message.queued'
  | 'message.updated'
  | 'conversation.created'
  | 'conversation.updated'
  | 'conversation.read'
  | 'note.added'
  | 'system.added'
  | 'contact.updated'
  | 'channel.updated'
  | 'channel.deleted'
>;

/** Something changed. */
export type StreamEvent = {
  type: 'event';
  offset: number;
  /** The offset this socket was sent before. */
  prev: number;
  name: EventName;
  at: Timestamp;
  data: EventData;
};

/** What is wrong: for programs, and for people. */
export type FrameError = { code: string; message: string };

/** Somebody writes. */
export type Typing = { conversation_id: string; user_id: string; name: string };

/** What the server sends. */
export type ServerFrame =
  | { type: 'hello'; session: string; heartbeat_s: number }
  | { type: 'subscribed'; id: number; epoch: string; offset: number; resumed: boolean }
  | StreamEvent
  | { type: 'signal'; name: string; data: Typing }
  | { type: 'result'; id: number; ok: boolean; data?: EventData; error?: FrameError }
  | { type: 'error'; error: FrameError }
  | { type: 'ping' }
  | { type: 'pong' };

/** What this app sends; everything that must not be lost goes over HTTP. */
export type ClientFrame =
  | { type: 'subscribe'; id: number; since?: StreamPosition; batch: boolean }
  | { type: 'signal'; name: 'typing'; data: { conversation_id: string } }
  | { type: 'ping' }
  | { type: 'pong' };
