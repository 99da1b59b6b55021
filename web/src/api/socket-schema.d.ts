// Written by `npm run generate`; do not edit.

/**
 * What goes over GET /api/v1/socket, either way
 */
export type Frame = ClientFrame | ServerFrame;
/**
 * What a client sends.
 */
export type ClientFrame =
  | {
      /**
       * Several frames may share one WebSocket message, as an array.
       */
      batch?: boolean;
      /**
       * Comes back in the answer.
       */
      id: number;
      /**
       * Seconds since the person last did something; left out: none.
       */
      idle_s?: number | null;
      /**
       * The last event seen; left out the first time.
       */
      since?: StreamPosition | null;
      type: "subscribe";
    }
  | ((
      | {
          data: SendCommand;
          name: "message.send";
        }
      | {
          data: MessageRef;
          name: "message.cancel";
        }
      | {
          data: MessageRef;
          name: "message.retry";
        }
      | {
          data: NoteCommand;
          name: "note.add";
        }
      | {
          data: ReadCommand;
          name: "conversation.read";
        }
      | {
          data: AssignCommand;
          name: "conversation.assign";
        }
      | {
          data: TeamCommand;
          name: "conversation.team";
        }
      | {
          data: StatusCommand;
          name: "conversation.status";
        }
      | {
          data: PriorityCommand;
          name: "conversation.priority";
        }
      | {
          data: LabelsCommand;
          name: "conversation.labels";
        }
      | {
          data: OwnershipCommand;
          name: "conversation.ownership";
        }
    ) & {
      /**
       * Comes back in the result.
       */
      id: number;
      /**
       * The idempotency key; outlives the connection.
       */
      key: string;
      type: "command";
    })
  | ((
      | {
          data: TypingSignal;
          name: "typing";
        }
      | {
          name: "activity";
        }
      | {
          data: ViewingSignal;
          name: "viewing";
        }
    ) & {
      type: "signal";
    })
  | {
      type: "ping";
    }
  | {
      type: "pong";
    };
/**
 * Send a message.
 */
export type SendCommand = {
  /**
   * Where.
   */
  conversation_id: string;
  /**
   * Seconds in which it waits and can be taken back, at most 30; what is written after it waits behind it.
   */
  hold_s?: number | null;
  /**
   * The token with which the calling program has the conversation (`handled_by`): refused with `ownership_lost` at every
   * step on its way where it has it no more. For programs that answer by themselves.
   */
  ownership_token?: number | null;
  /**
   * The message of the conversation that it answers.
   */
  reply_to?: MessageId | null;
  /**
   * The highest `seq` that its writer saw. Where somebody else of us answered since, it is refused with
   * `teammate_replied` and what they wrote; what the customer wrote since does not matter. Left out, nobody looks.
   */
  seen_seq?: number | null;
} & SendCommand1;
export type MessageId = string;
export type SendCommand1 =
  | {
      text: Text;
      type: "text";
    }
  | {
      template: TemplateRequest;
      type: "template";
    }
  | {
      image: SendFile;
      type: "image";
    }
  | {
      type: "video";
      video: SendFile1;
    }
  | {
      audio: SendFile2;
      type: "audio";
    }
  | {
      document: SendFile3;
      type: "document";
    }
  | {
      sticker: SendFile4;
      type: "sticker";
    }
  | {
      location: Location1;
      type: "location";
    }
  | {
      /**
       * One for each person, at most 257.
       */
      contacts: ContactCard[];
      type: "contacts";
    }
  | {
      interactive: Interactive;
      type: "interactive";
    }
  | {
      reaction: SendReaction;
      type: "reaction";
    };
export type Timestamp = string;
/**
 * What stands above an interactive message.
 */
export type InteractiveHeader =
  | {
      /**
       * The words.
       */
      text: string;
      type: "text";
    }
  | {
      image: HeaderFile1;
      type: "image";
    }
  | {
      type: "video";
      video: HeaderFile2;
    }
  | {
      document: HeaderFile3;
      type: "document";
    };
export type UserId = string;
export type TeamId = string;
export type LabelId = string;
export type ConversationId = string;
/**
 * What the server sends.
 */
export type ServerFrame =
  | {
      /**
       * Send something at least this often, in seconds.
       */
      heartbeat_s: number;
      /**
       * This connection.
       */
      session: string;
      /**
       * How the server's store does; the signal `store.condition` tells when that changes.
       */
      store: "ok" | "slow" | "full" | "read_only" | "failed" | "damaged";
      type: "hello";
      /**
       * The workspace whose events it brings: a sign-in may have gone on in another.
       */
      workspace_id: string;
    }
  | {
      /**
       * The stream's epoch now.
       */
      epoch: string;
      /**
       * The subscription's.
       */
      id: number;
      /**
       * Its offset now.
       */
      offset: number;
      /**
       * Every missed event follows; when false, load the snapshot, the stream goes on after `offset`.
       */
      resumed: boolean;
      type: "subscribed";
    }
  | (Event & {
      type: "event";
    })
  | ((
      | {
          data: Typing;
          name: "typing";
        }
      | {
          data: Viewing;
          name: "viewing";
        }
      | {
          data: DraftChanged;
          name: "draft.changed";
        }
      | {
          data: NotificationsChanged;
          name: "notifications.changed";
        }
      | {
          data: BulkJob;
          name: "bulk.progress";
        }
      | {
          data: StoreState;
          name: "store.condition";
        }
    ) & {
      type: "signal";
    })
  | {
      /**
       * What came of it.
       */
      data?: EventData1 | null;
      /**
       * Why not.
       */
      error?: FrameError | null;
      /**
       * The command's.
       */
      id: number;
      /**
       * Was it done?
       */
      ok: boolean;
      type: "result";
    }
  | {
      error: FrameError1;
      type: "error";
    }
  | {
      type: "ping";
    }
  | {
      type: "pong";
    };
/**
 * An item of a conversation.
 */
export type Message = {
  /**
   * When we took it.
   */
  at: string;
  /**
   * Provider requests made for it.
   */
  attempts?: number;
  /**
   * What WhatsApp charges it as, once it said so.
   */
  charged?: Charged | null;
  /**
   * Its conversation.
   */
  conversation_id: string;
  /**
   * The request or webhook that brought it: finds it in the logs.
   */
  correlation_id?: CorrelationId | null;
  /**
   * What was decided when it was last about to be sent.
   */
  decision?: SendDecision | null;
  /**
   * When its author took it back.
   */
  deleted_at?: Timestamp | null;
  /**
   * From the customer or from us.
   */
  direction: "in" | "out";
  /**
   * When its author changed it last.
   */
  edited_at?: Timestamp | null;
  /**
   * Why it failed.
   */
  error?: MessageError | null;
  /**
   * It had been passed on before.
   */
  forwarded?: Forwarded | null;
  /**
   * Until when its writer had it wait, to be able to take it back; one that was is shown to nobody.
   */
  held_until?: Timestamp | null;
  /**
   * When each state was reached, by the provider's clock where it is the provider's state.
   */
  history?: StateAt[];
  /**
   * Its id.
   */
  id: string;
  /**
   * It is out of the history of WhatsApp's app on the business' phone: older than it stands, and nobody's new mail.
   */
  imported?: boolean;
  /**
   * It arrived after something written more than a minute later; it stands where it was committed.
   */
  late?: boolean;
  /**
   * It waits until then: for a pause after a failure, or so that not too much goes to one person at once.
   */
  not_before?: Timestamp | null;
  /**
   * The product it is about.
   */
  product?: ProductRef | null;
  /**
   * When the provider says it was written.
   */
  provider_at?: Timestamp | null;
  /**
   * The provider's id, once known.
   */
  provider_id?: string | null;
  /**
   * What that says.
   */
  quote?: Quote | null;
  /**
   * What it has to do with a rating.
   */
  rating?: RatingPart | null;
  /**
   * The emojis on it, one for each person at most.
   */
  reactions?: Reaction[];
  /**
   * The ad or the page's button through which the customer came.
   */
  referral?: Referral | null;
  /**
   * The message it answers, by its provider id.
   */
  reply_to?: string | null;
  /**
   * It is to go at a time. What goes then is a message of its own: this one stands for the plan alone.
   */
  scheduled?: Schedule | null;
  sent_by: Sender2;
  /**
   * Its place: gapless within the conversation, in commit order.
   */
  seq: number;
  /**
   * How far it got.
   */
  state:
    | "received"
    | "recorded"
    | "scheduled"
    | "queued"
    | "sending"
    | "sent"
    | "delivered"
    | "read"
    | "played"
    | "failed"
    | "unknown"
    | "cancelled";
  /**
   * The conversation's version at its last change; a client drops the older of two.
   */
  version: number;
} & Message1;
export type CorrelationId = string;
/**
 * How often a message had been passed on before it came here.
 */
export type Forwarded = "once" | "often";
/**
 * What a message has to do with a rating.
 */
export type RatingPart =
  | {
      /**
       * The line by which what is rated was resolved.
       */
      of: number;
      part: "ask";
    }
  | {
      /**
       * The line by which what is rated was resolved.
       */
      of: number;
      part: "rating";
      /**
       * From 1 to 5.
       */
      score: number;
    }
  | {
      /**
       * The line by which what is rated was resolved.
       */
      of: number;
      part: "comment";
    }
  | {
      /**
       * The line by which what it is about was resolved.
       */
      of: number;
      part: "spare";
    };
export type Message1 =
  | {
      content: Text1;
      type: "text";
    }
  | {
      content: Attachment;
      type: "image";
    }
  | {
      content: Attachment;
      type: "video";
    }
  | {
      content: Attachment;
      type: "audio";
    }
  | {
      content: Attachment;
      type: "document";
    }
  | {
      content: Attachment;
      type: "sticker";
    }
  | {
      content: Location;
      type: "location";
    }
  | {
      content: ContactCards;
      type: "contacts";
    }
  | {
      content: Interactive1;
      type: "interactive";
    }
  | {
      content: Answer;
      type: "answer";
    }
  | {
      content: ReactionRequest;
      type: "reaction";
    }
  | {
      content: Order;
      type: "order";
    }
  | {
      content: Call;
      type: "call";
    }
  | {
      content: TemplateContent;
      type: "template";
    }
  | {
      content: Note;
      type: "note";
    }
  | {
      content: SystemLine;
      type: "system";
    }
  | {
      content: Unsupported;
      type: "unsupported";
    };
/**
 * Is a file here?
 */
export type MediaState = "waiting" | "ready" | "failed";
/**
 * What the customer tapped or filled in.
 */
export type Answer =
  | {
      /**
       * The button's id.
       */
      id: string;
      kind: "button";
      /**
       * The words on it.
       */
      title: string;
    }
  | {
      /**
       * More words.
       */
      description?: string | null;
      /**
       * The row's id.
       */
      id: string;
      kind: "row";
      /**
       * Its words.
       */
      title: string;
    }
  | {
      kind: "quick_reply";
      /**
       * What we gave the button to carry.
       */
      payload: string;
      /**
       * The words on it.
       */
      title: string;
    }
  | {
      kind: "form";
      /**
       * Its name.
       */
      name: string;
      /**
       * What was filled in, as JSON.
       */
      response: string;
    }
  | {
      /**
       * They may say no.
       */
      granted: boolean;
      kind: "call_permission";
      /**
       * Until when; absent where it holds for good.
       */
      until?: Timestamp | null;
    };
/**
 * What a template is for, as the provider filed it.
 */
export type TemplateCategory = "marketing" | "utility" | "authentication" | "other";
export type BlobId = string;
/**
 * How far a message got.
 */
export type MessageState =
  | "received"
  | "recorded"
  | "scheduled"
  | "queued"
  | "sending"
  | "sent"
  | "delivered"
  | "read"
  | "played"
  | "failed"
  | "unknown"
  | "cancelled";
export type BulkId = string;

/**
 * A place in a tenant's stream: a snapshot includes everything up to it.
 */
export interface StreamPosition {
  /**
   * The activation of the stream; offsets of different epochs do not compare.
   */
  epoch: string;
  /**
   * The last event included.
   */
  offset: number;
}
/**
 * The words.
 */
export interface Text {
  /**
   * The words, at most 4,096 characters.
   */
  body: string;
}
/**
 * The template and its values.
 */
export interface TemplateRequest {
  /**
   * Values for the body's placeholders, in order.
   */
  body?: TemplateParameter[];
  /**
   * Values for its buttons.
   */
  buttons?: TemplateButtonValue[];
  /**
   * Values for each of its cards, in order.
   */
  cards?: TemplateCardValues[];
  /**
   * Places that a field of the contact fills, or fixed words; `header` and `body` give values for the others, in
   * order. Refused where the contact does not have the field.
   */
  fills?: TemplateFill[];
  /**
   * Values for the header's placeholders, in order.
   */
  header?: TemplateParameter[];
  /**
   * The file above the body, where the template has one there.
   */
  header_file?: HeaderFile | null;
  /**
   * The place above the body, where the template has one there.
   */
  header_location?: Location | null;
  /**
   * The product above the body, where the template has one there.
   */
  header_product?: TemplateProduct | null;
  /**
   * Its language.
   */
  language: string;
  /**
   * Its name.
   */
  name: string;
  /**
   * When its offer ends.
   */
  offer_ends_at?: Timestamp | null;
}
/**
 * The value of one placeholder.
 */
export interface TemplateParameter {
  /**
   * The placeholder's name, where the template names them; else they go by order.
   */
  name?: string | null;
  /**
   * The value: no line break, no tab, no run of more than four spaces.
   */
  text: string;
}
/**
 * The value of a template's button, in a request to send it.
 */
export interface TemplateButtonValue {
  /**
   * The button's place, from 0.
   */
  index: number;
  /**
   * The products that the button opens, where it opens a list of them.
   */
  sections?: ProductSection[];
  /**
   * The end of the address, the code, the payload or token that comes back, or the id of the product whose picture
   * is shown.
   */
  value: string;
}
/**
 * Products under a title.
 */
export interface ProductSection {
  /**
   * The products, by their ids in the catalogue.
   */
  products: string[];
  /**
   * The title, at most 24 characters.
   */
  title: string;
}
/**
 * What a send gives a card of a template.
 */
export interface TemplateCardValues {
  /**
   * Values for the placeholders of its words, in order.
   */
  body?: TemplateParameter[];
  /**
   * Values for its buttons.
   */
  buttons?: TemplateButtonValue[];
  /**
   * The file above its words.
   */
  header_file?: HeaderFile | null;
  /**
   * The product above its words.
   */
  header_product?: TemplateProduct | null;
}
/**
 * A file above an interactive message.
 */
export interface HeaderFile {
  /**
   * The name of a document.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
}
/**
 * A product of a catalogue.
 */
export interface TemplateProduct {
  /**
   * The catalogue, by its id at the provider.
   */
  catalog_id: string;
  /**
   * The product, by its id in the catalogue.
   */
  product_id: string;
}
/**
 * What fills one place of a template unless somebody writes something else.
 */
export interface TemplateFill {
  /**
   * The card that the part is of, from 0.
   */
  card?: number | null;
  /**
   * The part: `header`, `body`, `button`.
   */
  part: "header" | "body" | "button";
  /**
   * The placeholder's name or number; of a button its place, from 0.
   */
  placeholder: string;
  /**
   * From where.
   */
  source: "text" | "name" | "first_name" | "phone" | "username";
  /**
   * The words, with `text`.
   */
  text?: string | null;
}
/**
 * A place.
 */
export interface Location {
  /**
   * Where it is, in words.
   */
  address?: string | null;
  /**
   * Degrees north, -90 to 90.
   */
  latitude: number;
  /**
   * Degrees east, -180 to 180.
   */
  longitude: number;
  /**
   * What it is called.
   */
  name?: string | null;
  /**
   * A page about it.
   */
  url?: string | null;
}
/**
 * The file.
 */
export interface SendFile {
  /**
   * Words with it, at most 1,024 characters; none with a sound or a sticker.
   */
  caption?: string | null;
  /**
   * The name under which a document is shown; that of the upload where it is left out.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
  /**
   * A voice note; Ogg with Opus alone.
   */
  voice?: boolean;
}
/**
 * The file.
 */
export interface SendFile1 {
  /**
   * Words with it, at most 1,024 characters; none with a sound or a sticker.
   */
  caption?: string | null;
  /**
   * The name under which a document is shown; that of the upload where it is left out.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
  /**
   * A voice note; Ogg with Opus alone.
   */
  voice?: boolean;
}
/**
 * The file.
 */
export interface SendFile2 {
  /**
   * Words with it, at most 1,024 characters; none with a sound or a sticker.
   */
  caption?: string | null;
  /**
   * The name under which a document is shown; that of the upload where it is left out.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
  /**
   * A voice note; Ogg with Opus alone.
   */
  voice?: boolean;
}
/**
 * The file.
 */
export interface SendFile3 {
  /**
   * Words with it, at most 1,024 characters; none with a sound or a sticker.
   */
  caption?: string | null;
  /**
   * The name under which a document is shown; that of the upload where it is left out.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
  /**
   * A voice note; Ogg with Opus alone.
   */
  voice?: boolean;
}
/**
 * The file.
 */
export interface SendFile4 {
  /**
   * Words with it, at most 1,024 characters; none with a sound or a sticker.
   */
  caption?: string | null;
  /**
   * The name under which a document is shown; that of the upload where it is left out.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
  /**
   * A voice note; Ogg with Opus alone.
   */
  voice?: boolean;
}
/**
 * A place.
 */
export interface Location1 {
  /**
   * Where it is, in words.
   */
  address?: string | null;
  /**
   * Degrees north, -90 to 90.
   */
  latitude: number;
  /**
   * Degrees east, -180 to 180.
   */
  longitude: number;
  /**
   * What it is called.
   */
  name?: string | null;
  /**
   * A page about it.
   */
  url?: string | null;
}
/**
 * A person's card.
 */
export interface ContactCard {
  /**
   * Addresses of houses, each in one line.
   */
  addresses?: CardEntry[];
  /**
   * `YYYY-MM-DD`.
   */
  birthday?: string | null;
  /**
   * Addresses of mail.
   */
  emails?: CardEntry[];
  /**
   * The first name.
   */
  first_name?: string | null;
  /**
   * The last name.
   */
  last_name?: string | null;
  /**
   * The whole name; empty where somebody shared no more than their own number.
   */
  name: string;
  /**
   * Company, department and title, in one line.
   */
  organization?: string | null;
  /**
   * It is the customer's own, shared because we asked for it.
   */
  own?: boolean;
  /**
   * Numbers.
   */
  phones?: CardPhone[];
  /**
   * Pages.
   */
  urls?: CardEntry[];
}
/**
 * Something else on a card.
 */
export interface CardEntry {
  /**
   * `HOME`, `WORK` and others.
   */
  kind?: string | null;
  /**
   * What.
   */
  value: string;
}
/**
 * A number on a card.
 */
export interface CardPhone {
  /**
   * `CELL`, `WORK` and others.
   */
  kind?: string | null;
  /**
   * The number, as it was written.
   */
  phone: string;
  /**
   * The same as WhatsApp knows it, where its owner is there.
   */
  wa_id?: string | null;
}
/**
 * The words, and what there is to tap.
 */
export interface Interactive {
  /**
   * What there is to tap.
   */
  action:
    | {
        /**
         * The buttons; no id and no title twice.
         */
        buttons: ReplyButton[];
        type: "buttons";
      }
    | {
        /**
         * The words on the button, at most 20 characters.
         */
        button: string;
        /**
         * One to ten sections with at most ten rows together.
         */
        sections: ListSection[];
        type: "list";
      }
    | {
        /**
         * The words on the button, at most 20 characters.
         */
        display_text: string;
        type: "cta_url";
        /**
         * The page.
         */
        url: string;
      }
    | {
        type: "location_request";
      }
    | {
        type: "contact_request";
      };
  /**
   * The words, at most 1,024 characters; with a list 4,096.
   */
  body: string;
  /**
   * Small words below them, at most 60 characters.
   */
  footer?: string | null;
  /**
   * What stands above them.
   */
  header?: InteractiveHeader | null;
}
/**
 * A button whose tap is an answer.
 */
export interface ReplyButton {
  /**
   * Comes back with the answer, at most 256 characters.
   */
  id: string;
  /**
   * The words on it, at most 20 characters.
   */
  title: string;
}
/**
 * A section of a list.
 */
export interface ListSection {
  /**
   * Its rows.
   */
  rows: ListRow[];
  /**
   * Its title, at most 24 characters; needed where there are several.
   */
  title?: string | null;
}
/**
 * A row of a list.
 */
export interface ListRow {
  /**
   * More words, at most 72 characters.
   */
  description?: string | null;
  /**
   * Comes back with the answer, at most 200 characters.
   */
  id: string;
  /**
   * The words, at most 24 characters.
   */
  title: string;
}
/**
 * A file above an interactive message.
 */
export interface HeaderFile1 {
  /**
   * The name of a document.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
}
/**
 * A file above an interactive message.
 */
export interface HeaderFile2 {
  /**
   * The name of a document.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
}
/**
 * A file above an interactive message.
 */
export interface HeaderFile3 {
  /**
   * The name of a document.
   */
  filename?: string | null;
  /**
   * The file, as the upload of it answered.
   */
  media_id: string;
}
/**
 * The emoji and the message.
 */
export interface SendReaction {
  /**
   * The emoji; empty takes back the one before.
   */
  emoji: string;
  /**
   * The message, not older than 30 days.
   */
  message_id: string;
}
/**
 * One message.
 */
export interface MessageRef {
  /**
   * Its conversation.
   */
  conversation_id: string;
  /**
   * Its id.
   */
  message_id: string;
}
/**
 * Write a note.
 */
export interface NoteCommand {
  /**
   * The words, at most 16,000 characters.
   */
  body: string;
  /**
   * Where.
   */
  conversation_id: string;
  /**
   * Colleagues whom it is for, at most 20: they hear of it.
   */
  mentions?: UserId[];
}
/**
 * Say how far the caller has read.
 */
export interface ReadCommand {
  /**
   * Where.
   */
  conversation_id: string;
  /**
   * Messages of the customer read so far; all of them when left out.
   */
  inbound_count?: number | null;
  /**
   * Notes that mention the caller seen so far, by the `seq` of the newest.
   */
  mention_seq?: number | null;
}
/**
 * Give a conversation to somebody.
 */
export interface AssignCommand {
  /**
   * Whom; `null` for nobody.
   */
  assignee_id?: UserId | null;
  /**
   * Which.
   */
  conversation_id: string;
}
/**
 * Put a conversation with a team.
 */
export interface TeamCommand {
  /**
   * Which.
   */
  conversation_id: string;
  /**
   * Which; `null` for none.
   */
  team_id?: TeamId | null;
}
/**
 * Set a conversation's status.
 */
export interface StatusCommand {
  /**
   * Which.
   */
  conversation_id: string;
  /**
   * Until when, with `snoozed`.
   */
  snoozed_until?: Timestamp | null;
  /**
   * The new status.
   */
  status: "open" | "pending" | "snoozed" | "resolved";
}
/**
 * Say how urgent a conversation is.
 */
export interface PriorityCommand {
  /**
   * Which.
   */
  conversation_id: string;
  /**
   * How urgent.
   */
  priority: "none" | "low" | "medium" | "high" | "urgent";
}
/**
 * Put labels on a conversation and take others off.
 */
export interface LabelsCommand {
  /**
   * Those to put on, at most 20.
   */
  add?: LabelId[];
  /**
   * Which.
   */
  conversation_id: string;
  /**
   * Those to take off, at most 20.
   */
  remove?: LabelId[];
}
/**
 * Say who answers in a conversation by themselves.
 */
export interface OwnershipCommand {
  /**
   * Which.
   */
  conversation_id: string;
  /**
   * `bot`: a program takes it for itself, where nobody has it; a colleague gives it back to the one that had it last.
   * `agents`: a program hands it over; a colleague steps in. `nobody`: whoever has it lets it go.
   */
  to: "nobody" | "bot" | "agents";
}
/**
 * Somebody writes.
 */
export interface TypingSignal {
  /**
   * Where.
   */
  conversation_id: string;
}
/**
 * What somebody looks at.
 */
export interface ViewingSignal {
  /**
   * Which conversation; `null`: none.
   */
  conversation_id?: ConversationId | null;
}
/**
 * Something changed.
 */
export interface Event {
  /**
   * When.
   */
  at: string;
  data: EventData;
  /**
   * What happened.
   */
  name:
    | "message.received"
    | "message.queued"
    | "message.updated"
    | "conversation.created"
    | "conversation.updated"
    | "conversation.read"
    | "note.added"
    | "system.added"
    | "contact.updated"
    | "channel.updated"
    | "channel.deleted"
    | "templates.changed"
    | "users.changed"
    | "teams.changed"
    | "labels.changed"
    | "presence.changed"
    | "replies.changed"
    | "views.changed"
    | "automation.changed";
  /**
   * Its place in the stream.
   */
  offset: number;
  /**
   * The place of the event this socket was sent before.
   */
  prev: number;
}
/**
 * The objects after the change.
 */
export interface EventData {
  /**
   * Whose macros, or the workspace's rules and macros.
   */
  automation?: AutomationChanged | null;
  /**
   * The channel.
   */
  channel?: Channel | null;
  /**
   * The contact.
   */
  contact?: Contact | null;
  /**
   * The conversation.
   */
  conversation?: Conversation | null;
  /**
   * The label.
   */
  labels?: LabelsChanged | null;
  /**
   * The message.
   */
  message?: Message | null;
  /**
   * How somebody is to be found.
   */
  presence?: Presence | null;
  /**
   * The read mark.
   */
  read?: ReadMark | null;
  /**
   * Whose saved replies.
   */
  replies?: RepliesChanged | null;
  /**
   * The team.
   */
  teams?: TeamsChanged | null;
  /**
   * The templates.
   */
  templates?: TemplatesChanged | null;
  /**
   * Messages of the customer the caller has not read: in the answer to `conversation.read`.
   */
  unread_count?: number | null;
  /**
   * The person.
   */
  users?: UsersChanged | null;
  /**
   * Whose views.
   */
  views?: ViewsChanged | null;
}
/**
 * Rules or macros were made, changed or deleted: whoever shows them reads them again.
 */
export interface AutomationChanged {
  /**
   * Whose macros; absent for the workspace's rules and macros.
   */
  user_id?: UserId | null;
}
/**
 * A connected channel. Secrets are never shown.
 */
export interface Channel {
  /**
   * When the provider was last asked about it.
   */
  checked_at?: Timestamp | null;
  /**
   * When it was connected.
   */
  created_at: string;
  /**
   * What the provider says of the number; absent until it was asked.
   */
  facts?: NumberFacts | null;
  /**
   * Does it work?
   */
  health: "working" | "broken" | "degraded";
  /**
   * Its id.
   */
  id: string;
  /**
   * Its kind.
   */
  kind: "whatsapp";
  /**
   * How everything about it stands, and what to do.
   */
  lights?: ChannelLight[];
  /**
   * So many people were written to first that there is room for another only then; absent where there is room.
   */
  limit_full_until?: Timestamp | null;
  /**
   * What colleagues call it.
   */
  name: string;
  /**
   * The provider's id of the number.
   */
  phone_number_id: string;
  /**
   * Why it does not, in plain words.
   */
  problem?: string | null;
  /**
   * What waits to be sent from it; absent where nothing waits for long.
   */
  queue?: ChannelQueue | null;
  /**
   * Customers are told that what they wrote was read, and that somebody writes.
   */
  read_receipts: boolean;
  /**
   * The word to enter beside it; shown once, when the channel is made.
   */
  verify_token?: string | null;
  /**
   * Counts its changes; the older of two is dropped.
   */
  version: number;
  /**
   * The WhatsApp Business Account the number belongs to.
   */
  waba_id: string;
  /**
   * The address to enter as the webhook's at the provider.
   */
  webhook_url: string;
}
/**
 * What the provider says of a number. Its own words, so that what is new there is shown as it is.
 */
export interface NumberFacts {
  /**
   * Whether it was proved that the number is the business': `VERIFIED` and others.
   */
  code_verification_status?: string | null;
  /**
   * It is used in the phone's app as well.
   */
  coexistence: boolean;
  /**
   * The number, as people read it.
   */
  display_phone_number?: string | null;
  /**
   * How many people may be written to outside their windows in 24 hours, all numbers of the portfolio together:
   * `TIER_250` and others.
   */
  messaging_limit?: string | null;
  /**
   * Where that name stands in the provider's review: `APPROVED` and others.
   */
  name_status?: string | null;
  /**
   * `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
   */
  quality?: string | null;
  /**
   * `CONNECTED` and others.
   */
  status?: string | null;
  /**
   * Messages that may go in a second.
   */
  throughput_per_second: number;
  /**
   * The name that customers see.
   */
  verified_name?: string | null;
}
/**
 * How one thing about a number stands.
 */
export interface ChannelLight {
  /**
   * From when that is; absent where it never happened.
   */
  at?: Timestamp | null;
  /**
   * What was found, in plain words.
   */
  found: string;
  /**
   * How much of something that takes a while is done, in hundredths; absent for everything else.
   */
  progress?: number | null;
  /**
   * How it stands.
   */
  state: "good" | "attention" | "bad" | "unknown" | "past";
  /**
   * What about.
   */
  subject:
    | "token"
    | "number"
    | "webhook"
    | "messages"
    | "quality"
    | "limit"
    | "name"
    | "templates"
    | "phone_contacts"
    | "phone_history";
  /**
   * What to do about it; absent where there is nothing to do.
   */
  what_to_do?: string | null;
}
/**
 * Messages of a number that wait for their turn.
 */
export interface ChannelQueue {
  last: Departure;
  /**
   * Conversations whose next message waits; each has one in the queue at a time.
   */
  waiting: number;
}
/**
 * When the last of these leaves, about, and what they wait for.
 */
export interface Departure {
  /**
   * When, about.
   */
  at: string;
  /**
   * What it waits for, in plain words.
   */
  because: string;
}
/**
 * A person outside.
 */
export interface Contact {
  /**
   * A line about the person.
   */
  about?: string | null;
  /**
   * Nothing may be sent.
   */
  blocked: boolean;
  /**
   * What they said last about each purpose.
   */
  consent?: ConsentStanding[];
  /**
   * When we first heard of it.
   */
  created_at: string;
  /**
   * Addresses that were theirs: they are found by them still, and nothing is sent there.
   */
  former?: Identity[];
  /**
   * Its id.
   */
  id: string;
  /**
   * Its addresses; of several of a kind the one that counts comes first.
   */
  identities: Identity[];
  /**
   * Its name as an agent or, failing that, the provider gave it.
   */
  name: string;
  /**
   * When it last changed.
   */
  updated_at: string;
  /**
   * Its commit count.
   */
  version: number;
}
/**
 * What a contact said last about one purpose, or about everything.
 */
export interface ConsentStanding {
  /**
   * When they said it, by the provider's clock where it came through one.
   */
  at: string;
  /**
   * Yes or no.
   */
  choice: "given" | "withdrawn";
  /**
   * About what.
   */
  scope: "everything" | "marketing" | "utility" | "authentication";
}
/**
 * One address of a contact.
 */
export interface Identity {
  /**
   * Of what kind.
   */
  kind: "bsuid" | "parent_bsuid" | "wa_id" | "phone" | "username";
  /**
   * The address: digits without `+` for a phone.
   */
  value: string;
}
/**
 * The one thread between a contact and a channel.
 */
export interface Conversation {
  /**
   * Who has it.
   */
  assignee_id?: UserId | null;
  /**
   * The channel it runs on.
   */
  channel_id: string;
  contact: ContactRef;
  /**
   * When it began.
   */
  created_at: string;
  handled_by?: HandledBy;
  /**
   * Its id.
   */
  id: string;
  /**
   * Messages of the customer so far.
   */
  inbound_count: number;
  /**
   * Its labels, in the order in which they were put on.
   */
  labels?: LabelId[];
  /**
   * The newest message or note; absent where the event carries it beside the conversation.
   */
  last_message?: Message | null;
  /**
   * The highest `seq` given.
   */
  last_seq: number;
  /**
   * Who was mentioned in a note and has not looked at it.
   */
  mentions?: Mention[];
  /**
   * How urgent somebody said it is; absent where nobody did.
   */
  priority?: "none" | "low" | "medium" | "high" | "urgent";
  /**
   * Since when it waits to be given to somebody; absent where somebody has it, or nobody need.
   */
  queued_at?: Timestamp | null;
  /**
   * How the customer rated last what was resolved here.
   */
  rating?: LastRating | null;
  /**
   * When a rule gave it to who has it; absent where a person did.
   */
  routed_at?: Timestamp | null;
  /**
   * Messages that are to go at a time.
   */
  scheduled?: number;
  /**
   * What is due, where a policy says so.
   */
  sla?: SlaStanding | null;
  /**
   * Until when it is put aside.
   */
  snoozed_until?: Timestamp | null;
  /**
   * Where it stands.
   */
  status: "open" | "pending" | "snoozed" | "resolved";
  /**
   * Which team it is with; absent where it is with none.
   */
  team_id?: TeamId | null;
  /**
   * Messages of the customer that the caller has not read; absent in events, which are the same for
   * every agent: there it is `inbound_count` less the caller's own read mark.
   */
  unread_count?: number | null;
  /**
   * When something last happened that moves it up the list.
   */
  updated_at: string;
  /**
   * Its commit count; a client drops the older of two.
   */
  version: number;
  /**
   * Since when the customer waits for an answer; absent when nobody waits.
   */
  waiting_since?: Timestamp | null;
  window: Window;
}
/**
 * Whom it is with.
 */
export interface ContactRef {
  /**
   * Nothing may be sent.
   */
  blocked?: boolean;
  /**
   * What they said last about each purpose.
   */
  consent?: ConsentStanding[];
  /**
   * Addresses that were theirs: they are found by them still, and nothing is sent there.
   */
  former?: Identity[];
  /**
   * Its id.
   */
  id: string;
  /**
   * Its addresses; of several of a kind the one that counts comes first.
   */
  identities: Identity[];
  /**
   * Its name, or the best address where there is none.
   */
  name: string;
}
/**
 * Who answers here by themselves; absent as long as nobody ever did.
 */
export interface HandledBy {
  /**
   * The bot that has it, or had it last.
   */
  bot?: Sender | null;
  /**
   * The token of a bot that handed it over by itself: what it had queued by then still goes.
   */
  finishing?: number | null;
  /**
   * Which of them.
   */
  kind: "nobody" | "bot" | "agents";
  /**
   * Grows with every change of hands: what carries an earlier one goes no more.
   */
  token: number;
}
/**
 * Who sent a message.
 */
export interface Sender {
  /**
   * Their id, where they have one.
   */
  id?: string | null;
  /**
   * What they are.
   */
  kind: "agent" | "flow" | "campaign" | "api" | "customer" | "phone_app" | "system" | "rule";
  /**
   * Their name.
   */
  name?: string | null;
}
/**
 * What the provider says that it charges a message as.
 */
export interface Charged {
  /**
   * About how much, where a rate card says so; taxes, discounts and free messages of the month are not in it.
   */
  amount?: Amount | null;
  /**
   * It costs something.
   */
  billable: boolean;
  /**
   * The category, in the provider's words: `marketing`, `utility`, `service`, ….
   */
  category: string;
  /**
   * `regular`, `free_customer_service`, `free_entry_point`, … where it said so.
   */
  kind?: string | null;
}
/**
 * An amount of money.
 */
export interface Amount {
  /**
   * ISO 4217, such as `EUR`.
   */
  currency: string;
  /**
   * A decimal number, such as `0.1131`.
   */
  value: string;
}
/**
 * What was decided when a message was last about to go a step further: the answer to "why was this not sent".
 */
export interface SendDecision {
  /**
   * It may go on.
   */
  allowed: boolean;
  /**
   * When.
   */
  at: string;
  /**
   * What was looked at, in the order in which it counts: the first that is not passed is the reason.
   */
  checks: SendCheck[];
  price: SendPrice;
  /**
   * Which step.
   */
  step: "composed" | "queued" | "turn" | "request";
}
/**
 * One rule and how it came out.
 */
export interface SendCheck {
  /**
   * What was found, in plain words.
   */
  found: string;
  /**
   * Nothing stands against it.
   */
  passed: boolean;
  /**
   * Which rule.
   */
  rule: "contact" | "consent" | "window" | "template" | "channel" | "ownership";
}
/**
 * What it is charged as.
 */
export interface SendPrice {
  /**
   * About how much, where it costs something, a rate card says how much, and it was asked for before sending; taxes
   * and discounts are not in it.
   */
  amount?: Amount | null;
  /**
   * The category.
   */
  category: "service" | "utility" | "authentication" | "marketing";
  /**
   * Whether it costs anything.
   */
  charge: "charged" | "after_allowance" | "free_window" | "free_entry";
  /**
   * From when on the rate holds that `amount` is by.
   */
  rate_from?: Timestamp | null;
}
/**
 * Why a message failed.
 */
export interface MessageError {
  /**
   * Ours (`window_closed`, `contact_blocked`, …) or `whatsapp_` and the provider's number.
   */
  code: string;
  /**
   * In plain words, with what to do.
   */
  message: string;
}
/**
 * A state, when it was reached, and why.
 */
export interface StateAt {
  /**
   * When.
   */
  at: string;
  /**
   * Who chose that it goes once more.
   */
  by?: Sender | null;
  /**
   * What came of the request that led here, where it did not go well: why it waits again, failed or is not known.
   */
  error?: MessageError | null;
  /**
   * The state.
   */
  state:
    | "received"
    | "recorded"
    | "scheduled"
    | "queued"
    | "sending"
    | "sent"
    | "delivered"
    | "read"
    | "played"
    | "failed"
    | "unknown"
    | "cancelled";
}
/**
 * A product that a message is about.
 */
export interface ProductRef {
  /**
   * The catalogue.
   */
  catalog_id: string;
  /**
   * The product's id in our shop.
   */
  product_id: string;
}
/**
 * The message that another answers, as far as we know it.
 */
export interface Quote {
  /**
   * Who wrote it.
   */
  author?: string | null;
  /**
   * Its place in the conversation.
   */
  seq?: number | null;
  /**
   * Its first words, at most 200 characters.
   */
  text?: string | null;
  /**
   * Its type.
   */
  type: string;
}
/**
 * An emoji that stands on a message.
 */
export interface Reaction {
  /**
   * When, by the provider's clock where it is the customer's.
   */
  at: string;
  by: Sender1;
  /**
   * The emoji.
   */
  emoji: string;
}
/**
 * Who sent a message.
 */
export interface Sender1 {
  /**
   * Their id, where they have one.
   */
  id?: string | null;
  /**
   * What they are.
   */
  kind: "agent" | "flow" | "campaign" | "api" | "customer" | "phone_app" | "system" | "rule";
  /**
   * Their name.
   */
  name?: string | null;
}
/**
 * The ad or the page's button through which the customer came.
 */
export interface Referral {
  /**
   * Its words.
   */
  body?: string | null;
  /**
   * What the click is known by, for the ad's statistics.
   */
  click_id?: string | null;
  /**
   * Its headline.
   */
  headline?: string | null;
  /**
   * `ad` or `post`.
   */
  source: string;
  /**
   * Its id at the provider.
   */
  source_id?: string | null;
  /**
   * Where it stands.
   */
  url?: string | null;
  /**
   * What WhatsApp greeted the customer with.
   */
  welcome?: string | null;
}
/**
 * When a message is to go.
 */
export interface Schedule {
  /**
   * At this time.
   */
  send_at: string;
  /**
   * Only if the customer has not written by then.
   */
  unless_reply?: boolean;
}
/**
 * Who sent a message.
 */
export interface Sender2 {
  /**
   * Their id, where they have one.
   */
  id?: string | null;
  /**
   * What they are.
   */
  kind: "agent" | "flow" | "campaign" | "api" | "customer" | "phone_app" | "system" | "rule";
  /**
   * Their name.
   */
  name?: string | null;
}
/**
 * Words.
 */
export interface Text1 {
  /**
   * The words, at most 4,096 characters.
   */
  body: string;
}
/**
 * A file that goes with a message.
 */
export interface Attachment {
  /**
   * A sticker that moves.
   */
  animated?: boolean;
  /**
   * Words with it, at most 1,024 characters.
   */
  caption?: string | null;
  /**
   * The name of a document.
   */
  filename?: string | null;
  /**
   * Height in pixels, once known.
   */
  height?: number | null;
  /**
   * Finds it under `/api/v1/media`.
   */
  media_id: string;
  /**
   * What it is: as its sender says or, once it is here, as its bytes say.
   */
  mime_type: string;
  /**
   * Why it is not, in plain words with what to do.
   */
  problem?: string | null;
  /**
   * Its size in bytes, once known.
   */
  size?: number | null;
  /**
   * Is it here?
   */
  state?: MediaState & string;
  /**
   * There is a small picture of it.
   */
  thumbnail?: boolean;
  /**
   * A voice note, recorded while holding a button.
   */
  voice?: boolean;
  /**
   * Width in pixels, once known.
   */
  width?: number | null;
}
/**
 * People's cards.
 */
export interface ContactCards {
  /**
   * One for each person, at most 257.
   */
  cards: ContactCard[];
}
/**
 * Words with something to tap.
 */
export interface Interactive1 {
  /**
   * What there is to tap.
   */
  action:
    | {
        /**
         * The buttons; no id and no title twice.
         */
        buttons: ReplyButton[];
        type: "buttons";
      }
    | {
        /**
         * The words on the button, at most 20 characters.
         */
        button: string;
        /**
         * One to ten sections with at most ten rows together.
         */
        sections: ListSection[];
        type: "list";
      }
    | {
        /**
         * The words on the button, at most 20 characters.
         */
        display_text: string;
        type: "cta_url";
        /**
         * The page.
         */
        url: string;
      }
    | {
        type: "location_request";
      }
    | {
        type: "contact_request";
      };
  /**
   * The words, at most 1,024 characters; with a list 4,096.
   */
  body: string;
  /**
   * Small words below them, at most 60 characters.
   */
  footer?: string | null;
  /**
   * What stands above them.
   */
  header?: InteractiveHeader | null;
}
/**
 * An emoji for a message.
 */
export interface ReactionRequest {
  /**
   * The emoji; empty takes back the one before.
   */
  emoji: string;
  /**
   * The message, by its provider id.
   */
  provider_id: string;
}
/**
 * What the customer ordered.
 */
export interface Order {
  /**
   * The catalogue.
   */
  catalog_id: string;
  /**
   * What, and how many.
   */
  products: OrderedProduct[];
  /**
   * Words with it.
   */
  text?: string | null;
}
/**
 * One line of an order.
 */
export interface OrderedProduct {
  /**
   * ISO 4217.
   */
  currency: string;
  /**
   * The price of one, as a decimal number.
   */
  price: string;
  /**
   * The product's id in our shop.
   */
  product_id: string;
  /**
   * How many.
   */
  quantity: number;
}
/**
 * A call.
 */
export interface Call {
  /**
   * How it stands.
   */
  outcome: "ringing" | "completed" | "missed";
  /**
   * How long they spoke, in seconds.
   */
  seconds?: number | null;
}
/**
 * A template with the values it is sent with.
 */
export interface TemplateContent {
  /**
   * Values for the placeholders of the body, in order.
   */
  body?: TemplateParameter[];
  /**
   * Its buttons, with what was given for them.
   */
  buttons?: SentTemplateButton[];
  /**
   * Its cards, with what was given for them.
   */
  cards?: SentTemplateCard[];
  /**
   * What it is for, where the template is known.
   */
  category?: TemplateCategory | null;
  /**
   * The footer's words.
   */
  footer?: string | null;
  /**
   * Values for the placeholders of the header, in order.
   */
  header?: TemplateParameter[];
  /**
   * The file above the body.
   */
  header_file?: TemplateFile | null;
  /**
   * The place above the body.
   */
  header_location?: Location | null;
  /**
   * The product above the body.
   */
  header_product?: TemplateProduct | null;
  /**
   * The header's words with the values filled in, where it has words.
   */
  header_text?: string | null;
  /**
   * Its language at the provider, such as `en_US`.
   */
  language: string;
  /**
   * Its name at the provider.
   */
  name: string;
  /**
   * Its offer.
   */
  offer?: SentTemplateOffer | null;
  /**
   * The words with the values filled in, as far as we know the template.
   */
  text?: string | null;
}
/**
 * A button of a template as it was sent.
 */
export interface SentTemplateButton {
  /**
   * Its place, from 0.
   */
  index: number;
  /**
   * What it does.
   */
  kind: "quick_reply" | "url" | "phone_number" | "copy_code" | "flow" | "catalog" | "products" | "product" | "other";
  /**
   * Where it leads: the whole address of a page, or the number that it calls.
   */
  leads_to?: string | null;
  /**
   * The products that it opens.
   */
  sections?: ProductSection[];
  /**
   * The words on it.
   */
  text: string;
  /**
   * What was given with the send.
   */
  value?: string | null;
}
/**
 * A card as it was sent.
 */
export interface SentTemplateCard {
  /**
   * Values for the placeholders of its words, in order.
   */
  body?: TemplateParameter[];
  /**
   * Its buttons, with what was given for them.
   */
  buttons?: SentTemplateButton[];
  /**
   * The file above its words.
   */
  header_file?: TemplateFile | null;
  /**
   * The product above its words.
   */
  header_product?: TemplateProduct | null;
  /**
   * Its words with the values filled in.
   */
  text?: string;
}
/**
 * A file above the body of a template that is sent.
 */
export interface TemplateFile {
  /**
   * The name of a document.
   */
  filename?: string | null;
  /**
   * As what.
   */
  kind: "image" | "video" | "audio" | "document" | "sticker";
  /**
   * The file.
   */
  media_id: string;
}
/**
 * An offer as it was sent.
 */
export interface SentTemplateOffer {
  /**
   * When it ends.
   */
  ends_at?: Timestamp | null;
  /**
   * Its words.
   */
  text: string;
}
/**
 * A private note.
 */
export interface Note {
  /**
   * The words, at most 16,000 characters.
   */
  body: string;
  /**
   * Colleagues whom it is for, at most 20: they hear of it.
   */
  mentions?: UserId[];
}
/**
 * A line the system wrote.
 */
export interface SystemLine {
  /**
   * Who did it, where a person did.
   */
  actor?: string | null;
  /**
   * The same with their id: a person or a program.
   */
  by?: Sender | null;
  /**
   * By which rule, where it was no person.
   */
  by_rule?: AssignedBy | null;
  /**
   * What happened.
   */
  event:
    | "assigned"
    | "unassigned"
    | "team_assigned"
    | "team_unassigned"
    | "priority_set"
    | "labelled"
    | "unlabelled"
    | "opened"
    | "reopened"
    | "pending"
    | "snoozed"
    | "resolved"
    | "blocked"
    | "unblocked"
    | "number_changed"
    | "identity_changed"
    | "welcomed"
    | "stopped_everything"
    | "stopped_marketing"
    | "started_again"
    | "started_marketing"
    | "merged"
    | "bot_took"
    | "handed_over"
    | "stepped_in"
    | "let_go"
    | "rated";
  /**
   * What it was done to or with: the name of an assignee or a team, a status, a new number.
   */
  subject?: string | null;
}
/**
 * By which rule a conversation was given to somebody.
 */
export interface AssignedBy {
  /**
   * The rule.
   */
  rule: "by_hand" | "round_robin" | "by_load";
  /**
   * The team whose it is; the workspace's where it is absent.
   */
  team?: string | null;
}
/**
 * A message of a kind this version cannot show.
 */
export interface Unsupported {
  /**
   * Where the message is kept when it is larger.
   */
  blob?: BlobId | null;
  /**
   * The provider's name of the kind.
   */
  kind: string;
  /**
   * The message as JSON, as it came; absent above 16 KiB.
   */
  raw?: string | null;
}
/**
 * Somebody was mentioned in a note and has not looked at it.
 */
export interface Mention {
  /**
   * The newest such note.
   */
  seq: number;
  /**
   * Who.
   */
  user_id: string;
}
/**
 * How a customer rated last.
 */
export interface LastRating {
  /**
   * When.
   */
  at: string;
  /**
   * From 1 to 5.
   */
  score: number;
}
/**
 * How a conversation stands to its targets.
 */
export interface SlaStanding {
  /**
   * The policy, by its name.
   */
  policy: string;
  /**
   * What is counted, at most one each of an answer and of the resolution.
   */
  timers: SlaTimer[];
}
/**
 * Something that is due.
 */
export interface SlaTimer {
  /**
   * When; absent while it is not counted.
   */
  due_at?: Timestamp | null;
  /**
   * Since when it is over its target.
   */
  missed_at?: Timestamp | null;
  /**
   * What.
   */
  target: "first_response" | "next_response" | "resolution";
  /**
   * Since when it is about to be missed.
   */
  warned_at?: Timestamp | null;
}
/**
 * May we write freely?
 */
export interface Window {
  /**
   * When free-form messages stop being allowed.
   */
  expires_at?: Timestamp | null;
  /**
   * Until when messages cost nothing (free entry point).
   */
  free_until?: Timestamp | null;
  /**
   * Is it open?
   */
  kind: "none" | "open" | "free_entry" | "closed";
  /**
   * The customer's message that opened it.
   */
  opened_by?: MessageId | null;
}
/**
 * A label was made, changed or deleted: whoever shows labels reads them again.
 */
export interface LabelsChanged {
  /**
   * Which.
   */
  label_id: string;
}
/**
 * How one of us is to be found.
 */
export interface Presence {
  /**
   * What they say of themselves.
   */
  availability: "online" | "busy" | "away";
  /**
   * Since when it is so; absent for somebody who was not there since the server knows.
   */
  since?: Timestamp | null;
  /**
   * How.
   */
  state: "online" | "busy" | "away" | "offline";
  /**
   * Who.
   */
  user_id: string;
}
/**
 * How far somebody has read.
 */
export interface ReadMark {
  /**
   * The conversation.
   */
  conversation_id: string;
  /**
   * Messages of the customer they have read.
   */
  inbound_count: number;
  /**
   * Who.
   */
  user_id: string;
}
/**
 * Saved replies were made, changed or deleted: whoever shows them reads them again.
 */
export interface RepliesChanged {
  /**
   * Whose; absent for the workspace's.
   */
  user_id?: UserId | null;
}
/**
 * A team was made, changed or deleted: whoever shows teams reads them again.
 */
export interface TeamsChanged {
  /**
   * Which.
   */
  team_id: string;
}
/**
 * Templates of a channel changed: whoever shows them reads them again.
 */
export interface TemplatesChanged {
  /**
   * How many changed.
   */
  changed: number;
  /**
   * The channel.
   */
  channel_id: string;
}
/**
 * Somebody was added, changed or removed: whoever shows people reads them again.
 */
export interface UsersChanged {
  /**
   * Who.
   */
  user_id: string;
}
/**
 * Views were kept, changed or deleted: whoever shows them reads them again.
 */
export interface ViewsChanged {
  /**
   * Whose; absent for the workspace's.
   */
  user_id?: UserId | null;
}
/**
 * Somebody writes.
 */
export interface Typing {
  /**
   * Where.
   */
  conversation_id: string;
  /**
   * Their name.
   */
  name: string;
  /**
   * Who.
   */
  user_id: string;
}
/**
 * Who looks at a conversation.
 */
export interface Viewing {
  /**
   * Which.
   */
  conversation_id: string;
  /**
   * Everybody who does, the receiver among them; at most 100.
   */
  user_ids: UserId[];
}
/**
 * A draft was kept or is no more: whoever shows that person's reads it again.
 */
export interface DraftChanged {
  /**
   * Where.
   */
  conversation_id: string;
  /**
   * Whose.
   */
  user_id: string;
  /**
   * Its version; 0 where there is none any more.
   */
  version: number;
}
/**
 * Something of a person's notifications changed. Told to their own sockets alone.
 */
export interface NotificationsChanged {
  /**
   * One that is new, or counts more; absent where only what is read changed: read the list again.
   */
  notification?: Notification | null;
  /**
   * Notifications that are not read.
   */
  unread_count: number;
  ways: NotificationWays;
}
/**
 * Something that somebody was told of.
 */
export interface Notification {
  /**
   * When it happened last.
   */
  at: string;
  /**
   * The colleague whose act it was, by name.
   */
  by?: string | null;
  /**
   * The rule, where it was no person.
   */
  by_rule?: AssignedBy | null;
  /**
   * Of what.
   */
  class: "mention" | "assigned" | "new" | "unassigned" | "sla" | "failed";
  /**
   * Whom the conversation is with.
   */
  contact: string;
  /**
   * Where.
   */
  conversation_id: string;
  /**
   * How many messages of the customer it stands for; 1 where it is not about those.
   */
  count: number;
  /**
   * Its id: the same for the messages of one burst.
   */
  id: string;
  /**
   * They have seen it.
   */
  read: boolean;
  /**
   * The item to look at first.
   */
  seq?: number | null;
  /**
   * The target.
   */
  sla?: NotificationSla | null;
  /**
   * What became of their message.
   */
  state?: MessageState | null;
  /**
   * The beginning of what was written, at most 140 characters on one line.
   */
  text?: string | null;
}
/**
 * A target that is about to be missed, or was.
 */
export interface NotificationSla {
  /**
   * When it is due, or was.
   */
  due_at: string;
  /**
   * It was missed.
   */
  missed: boolean;
  /**
   * Which.
   */
  target: "first_response" | "next_response" | "resolution";
}
/**
 * How it is to be told now.
 */
export interface NotificationWays {
  /**
   * By the desktop, while a page is open.
   */
  desktop?: boolean;
  /**
   * On the page, for a moment.
   */
  page?: boolean;
  /**
   * By the browser, while no page is open.
   */
  push?: boolean;
  /**
   * By a sound.
   */
  sound?: boolean;
}
/**
 * A bulk change and how far it is.
 */
export interface BulkJob {
  /**
   * Who asked for it.
   */
  by: string;
  /**
   * What is changed.
   */
  change:
    | {
        /**
         * Whom; `null` for nobody.
         */
        assignee_id?: UserId | null;
        field: "assignee";
      }
    | {
        field: "team";
        /**
         * Which; `null` for none.
         */
        team_id?: TeamId | null;
      }
    | {
        field: "status";
        /**
         * Until when, with `snoozed`.
         */
        snoozed_until?: Timestamp | null;
        /**
         * The new status.
         */
        status: "open" | "pending" | "snoozed" | "resolved";
      }
    | {
        field: "priority";
        /**
         * How urgent.
         */
        priority: "none" | "low" | "medium" | "high" | "urgent";
      }
    | {
        /**
         * Those to put on.
         */
        add?: LabelId[];
        field: "labels";
        /**
         * Those to take off.
         */
        remove?: LabelId[];
      }
    | {
        field: "read";
      };
  /**
   * Of these, those that it changed; the others were so already or failed.
   */
  changed: number;
  /**
   * When it was asked for.
   */
  created_at: string;
  /**
   * Those that it has come to.
   */
  done: number;
  /**
   * Those that it could not change, or that somebody else changed meanwhile.
   */
  failed: number;
  /**
   * When it was done.
   */
  finished_at?: Timestamp | null;
  /**
   * Its id.
   */
  id: string;
  /**
   * Is it done?
   */
  state: "running" | "finished";
  /**
   * Conversations that it is about.
   */
  total: number;
  /**
   * The bulk change that it takes back.
   */
  undoes?: BulkId | null;
  /**
   * The one by which it was taken back.
   */
  undone_by?: BulkId | null;
}
/**
 * How the server's store does, as a signal says it.
 */
export interface StoreState {
  /**
   * How.
   */
  condition: "ok" | "slow" | "full" | "read_only" | "failed" | "damaged";
}
/**
 * The objects after the change: those that the event is about are there. A message's event carries its
 * conversation too, without `last_message`, which is the message beside it or an older one.
 */
export interface EventData1 {
  /**
   * Whose macros, or the workspace's rules and macros.
   */
  automation?: AutomationChanged | null;
  /**
   * The channel.
   */
  channel?: Channel | null;
  /**
   * The contact.
   */
  contact?: Contact | null;
  /**
   * The conversation.
   */
  conversation?: Conversation | null;
  /**
   * The label.
   */
  labels?: LabelsChanged | null;
  /**
   * The message.
   */
  message?: Message | null;
  /**
   * How somebody is to be found.
   */
  presence?: Presence | null;
  /**
   * The read mark.
   */
  read?: ReadMark | null;
  /**
   * Whose saved replies.
   */
  replies?: RepliesChanged | null;
  /**
   * The team.
   */
  teams?: TeamsChanged | null;
  /**
   * The templates.
   */
  templates?: TemplatesChanged | null;
  /**
   * Messages of the customer the caller has not read: in the answer to `conversation.read`.
   */
  unread_count?: number | null;
  /**
   * The person.
   */
  users?: UsersChanged | null;
  /**
   * Whose views.
   */
  views?: ViewsChanged | null;
}
/**
 * What is wrong.
 */
export interface FrameError {
  /**
   * What others of us wrote since the caller looked, oldest first, with `teammate_replied`.
   */
  changed?: Message[];
  /**
   * For programs; stable.
   */
  code: string;
  /**
   * For people, with what to do.
   */
  message: string;
}
/**
 * What is wrong.
 */
export interface FrameError1 {
  /**
   * What others of us wrote since the caller looked, oldest first, with `teammate_replied`.
   */
  changed?: Message[];
  /**
   * For programs; stable.
   */
  code: string;
  /**
   * For people, with what to do.
   */
  message: string;
}
