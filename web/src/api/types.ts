/**
 * What goes over the wire, by its names there. Generated from the server's own description: the bodies from
 * `schema/openapi.json`, the frames of the socket from `schema/socket.schema.json` (`npm run generate`).
 * Enumerations are open: a value this version does not know is kept, and shown as it is.
 */
import type { components } from '@/api/schema';
import type * as socket from '@/api/socket-schema';

type Schemas = components['schemas'];

export type AccountNumber = Schemas['AccountNumber'];
export type ApiKey = Schemas['ApiKey'];
export type ApiKeyList = Schemas['ApiKeyList'];
export type Attachment = Schemas['Attachment'];
export type Channel = Schemas['Channel'];
export type ChannelLight = Schemas['ChannelLight'];
export type ChannelList = Schemas['ChannelList'];
export type ChangeChannel = Schemas['ChangeChannel'];
export type CheckedNumber = Schemas['CheckedNumber'];
export type ConnectChannel = Schemas['ConnectChannel'];
export type ConnectSignedUp = Schemas['ConnectSignedUp'];
export type ConsentChoice = Schemas['ConsentChoice'];
export type ConsentEntry = Schemas['ConsentEntry'];
export type ConsentScope = Schemas['ConsentScope'];
export type ConsentStanding = Schemas['ConsentStanding'];
export type Contact = Schemas['Contact'];
export type ContactCard = Schemas['ContactCard'];
export type ContactPage = Schemas['ContactPage'];
export type ContactConsent = Schemas['ContactConsent'];
export type ContactPatch = Schemas['ContactPatch'];
export type ContactRef = Schemas['ContactRef'];
export type Conversation = Schemas['Conversation'];
export type ConversationDetail = Schemas['ConversationDetail'];
export type ConversationList = Schemas['ConversationList'];
export type ConversationStatus = Schemas['ConversationStatus'];
export type CreatedApiKey = Schemas['CreatedApiKey'];
export type CreateTemplate = Schemas['CreateTemplate'];
export type CreateUser = Schemas['CreateUser'];
export type DeadLetterList = Schemas['DeadLetterList'];
export type Departure = Schemas['Departure'];
export type FillSource = Schemas['FillSource'];
export type Identity = Schemas['Identity'];
export type Me = Schemas['Me'];
export type MediaFacts = Schemas['MediaFacts'];
export type MediaKind = Schemas['MediaKind'];
export type Message = Schemas['Message'];
export type MessageError = Schemas['MessageError'];
export type MessagePage = Schemas['MessagePage'];
export type MessageState = Schemas['MessageState'];
export type NumberFacts = Schemas['NumberFacts'];
export type Order = Schemas['Order'];
export type Problem = Schemas['Problem'];
export type ReadAnswer = Schemas['ReadAnswer'];
export type ReadMark = Schemas['ReadMark'];
export type Reaction = Schemas['Reaction'];
export type RecordConsent = Schemas['RecordConsent'];
export type Referral = Schemas['Referral'];
export type Replayed = Schemas['Replayed'];
export type Role = Schemas['Role'];
export type SendDecision = Schemas['SendDecision'];
export type SendOutlook = Schemas['SendOutlook'];
export type SendPrice = Schemas['SendPrice'];
export type SendPurpose = Schemas['SendPurpose'];
export type SendRefusal = Schemas['SendRefusal'];
export type Interactive = Schemas['Interactive'];
export type SendRequest = Schemas['SendRequest'];
export type SignedUp = Schemas['SignedUp'];
export type SignIn = Schemas['SignIn'];
export type SignUpOptions = Schemas['SignUpOptions'];
export type StartConversation = Schemas['StartConversation'];
export type StartedConversation = Schemas['StartedConversation'];
export type StreamPosition = Schemas['StreamPosition'];
export type SystemLine = Schemas['SystemLine'];
export type Template = Schemas['Template'];
export type TemplateButton = Schemas['TemplateButton'];
export type TemplateButtonKind = Schemas['TemplateButtonKind'];
export type TemplateChange = Schemas['TemplateChange'];
export type TemplateDraft = Schemas['TemplateDraft'];
export type TemplateFill = Schemas['TemplateFill'];
export type TemplateHeaderFormat = Schemas['TemplateHeaderFormat'];
export type TemplateList = Schemas['TemplateList'];
export type TemplateParameter = Schemas['TemplateParameter'];
export type TemplatePatch = Schemas['TemplatePatch'];
export type TemplateRequest = Schemas['TemplateRequest'];
export type User = Schemas['User'];
export type UserList = Schemas['UserList'];
export type Window = Schemas['Window'];

export type EventData = socket.EventData;
export type StoreCondition = socket.StoreState['condition'];
export type Typing = socket.Typing;
export type ServerFrame = socket.ServerFrame;
export type ClientFrame = socket.ClientFrame;
/** Something changed. */
export type StreamEvent = Extract<ServerFrame, { type: 'event' }>;
export type EventName = StreamEvent['name'];
