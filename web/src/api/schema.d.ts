// Written by `npm run generate`; do not edit.
export interface paths {
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The keys of the workspace
         * @description Without their secrets.
         *
         *     For owners and admins.
         */
        get: operations["api_keys_list"];
        put?: never;
        /**
         * Make a key
         * @description The answer shows the key, once.
         *
         *     For owners and admins.
         */
        post: operations["api_keys_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description Requests under it are refused from now on, and its sockets are closed.
         *
         *     For owners and admins.
         */
        delete: operations["api_keys_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How conversations come to somebody
         * @description Those that are with no team; each team has its own rule.
         */
        get: operations["teams_get"];
        /**
         * Set how conversations come to somebody
         * @description For owners, admins and supervisors. It holds at once, also for those that wait.
         */
        put: operations["teams_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what, newest first
         * @description Each act stands here together with what it did, or neither does. What is said is as it was then: names do not change
         *     afterwards, and secrets are named and never shown. Messages are not among the acts: who sent each stands with it.
         *
         *     For owners and admins.
         */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What rules and macros did
         * @description Newest first, of the last 30 days.
         */
        get: operations["rules_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who of the workspace is there
         * @description `presence.changed` tells of every change. Who is there is known within one epoch of the stream: in another, ask again.
         */
        get: operations["availability_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Say how the caller is to be found
         * @description It is remembered. Whoever shows no sign for their time is away until they do, and whoever has no page open is offline,
         *     whatever they said.
         */
        patch: operations["availability_set"];
        trace?: never;
    };
    "/api/v1/bulk-changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's bulk changes
         * @description Of the last seven days, newest first.
         */
        get: operations["bulk_changes_list"];
        put?: never;
        /**
         * Change many conversations
         * @description Some that are named, or everything that a list holds at this moment. It goes on by itself after the answer, in the order
         *     of the workspace's bulk changes; the socket's signal `bulk.progress` tells how far it is. Each conversation is changed as
         *     long as it is still meant when its turn comes and nobody changed the same of it meanwhile.
         */
        post: operations["bulk_changes_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulk-changes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A bulk change */
        get: operations["bulk_changes_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulk-changes/{id}/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a bulk change left as it was */
        get: operations["bulk_changes_failures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bulk-changes/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a bulk change back
         * @description Each conversation that it changed becomes what it was, unless somebody changed the same of it since. This is a bulk
         *     change itself.
         */
        post: operations["bulk_changes_undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/business-hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When people answer
         * @description The workspace's business hours, and whether it is open now. Where none were set it is always open.
         */
        get: operations["teams_business_hours"];
        /**
         * Set when people answer
         * @description For owners, admins and supervisors. What is due is reckoned anew.
         */
        put: operations["teams_set_business_hours"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The channels of the workspace */
        get: operations["channels_list"];
        put?: never;
        /**
         * Connect a channel
         * @description The answer shows, once, the verify token to enter at the provider beside `webhook_url`.
         *
         *     For owners and admins.
         */
        post: operations["channels_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try out what would be connected
         * @description Asks the provider about the number, the account, the token and the secret, and stores nothing. What is
         *     wrong is answered as when connecting.
         *     For owners and admins.
         */
        post: operations["channels_try_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is there a sign-up at the provider?
         * @description For owners and admins.
         */
        get: operations["channels_sign_up_options"];
        put?: never;
        /**
         * Hand in what the provider's sign-up gave
         * @description Answers with the numbers that were shared and a ticket that stands for their token.
         *
         *     For owners and admins.
         */
        post: operations["channels_sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/sign-up/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Connect a number of a sign-up
         * @description For owners and admins.
         */
        post: operations["channels_connect_signed_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A channel */
        get: operations["channels_get"];
        put?: never;
        post?: never;
        /**
         * Disconnect a channel
         * @description Its conversations stay; late webhooks of it are verified and dropped. Connected again in this workspace, the
         *     number goes on as the same channel.
         *     For owners and admins.
         */
        delete: operations["channels_delete"];
        options?: never;
        head?: never;
        /**
         * Change a channel
         * @description A new token or secret is checked with the provider before it takes the place of the old one; requests that
         *     run end with the old one.
         *     For owners and admins.
         */
        patch: operations["channels_patch"];
        trace?: never;
    };
    "/api/v1/channels/{id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the provider how a number stands
         * @description Now, instead of when it is next asked by itself. What it says is in the channel's lights.
         *
         *     For owners and admins.
         */
        post: operations["channels_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/consent-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key that signs what contacts want
         * @description Whoever is to check a proof gets it from the business, and not out of the proof.
         */
        get: operations["contacts_consent_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The contacts of the workspace */
        get: operations["contacts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One contact
         * @description The `ETag` of the answer is for `If-Match`.
         */
        get: operations["contacts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a contact
         * @description With `If-Match`, only as long as nobody else changed it since it was read; else 412.
         */
        patch: operations["contacts_patch"];
        trace?: never;
    };
    "/api/v1/contacts/{id}/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a contact wants to hear from us
         * @description With everything that shows it: a chain in which every entry carries the hash of all before it.
         */
        get: operations["contacts_consent"];
        put?: never;
        /**
         * Record what a contact said about what they want
         * @description Once it is answered it is durable, and no request against it begins.
         */
        post: operations["contacts_record_consent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}/consent/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a contact wants to hear from us, signed
         * @description A document that is checked without this server, by `switchboard consent verify` or as its schema describes: the
         *     whole chain, and a signature over a statement that names its end.
         */
        get: operations["contacts_consent_proof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The list of conversations */
        get: operations["conversations_list"];
        put?: never;
        /**
         * Start a conversation
         * @description With a new or a known address; a conversation with it on this channel is found again, never doubled.
         */
        post: operations["conversations_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One conversation */
        get: operations["conversations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a conversation to somebody, or to nobody */
        post: operations["conversations_assign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller began to write in a conversation */
        get: operations["drafts_get"];
        put?: never;
        /**
         * Keep what the caller writes in a conversation
         * @description It goes on from the version that was read last; where it was changed elsewhere since, the answer is 412: read it, and
         *     save what was typed since again. With nothing in it there is no draft any more. One that nobody goes on with ends
         *     after 30 days; a person has at most 200.
         */
        post: operations["drafts_save"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put labels on a conversation, and take others off
         * @description What it has already, or has not, changes nothing: two who label at once do not undo each other.
         */
        post: operations["conversations_labels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/macros": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a macro
         * @description Its actions are done one after the other, as the caller's. What is refused is told in the answer; what comes after it is
         *     done all the same.
         */
        post: operations["macros_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages, notes and system lines of a conversation
         * @description The newest page first, ascending `seq` within a page.
         */
        get: operations["messages_list"];
        put?: never;
        /**
         * Send a message
         * @description The answer has state `queued`; what becomes of it comes over the socket.
         */
        post: operations["messages_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try out a message
         * @description Checks and decides as sending it would, and does nothing: what would be refused is answered by the same problem. The
         *     decision tells what was looked at and what the message is charged as.
         */
        post: operations["messages_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages/{message_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back a message that is still queued */
        post: operations["messages_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages/{message_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message again that failed, or whose outcome is unknown */
        post: operations["messages_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a private note
         * @description Colleagues whom it mentions hear of it: the conversation names them until they have read it.
         */
        post: operations["conversations_note"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/ownership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say who answers in a conversation by themselves
         * @description One program, people, or nobody. A program takes it where nobody has it, and carries the token with what it writes by
         *     itself; an answer of a colleague's takes it from any program. Being asked for what is so already changes nothing.
         */
        post: operations["conversations_ownership"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/permission": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What may be sent in a conversation
         * @description The decision that a send of this moment would get, for each purpose, with what it is charged as; how it changes by
         *     itself, such as when the window closes; and when what waits there leaves. It is another once the conversation, its contact
         *     or its channel changes, which events tell.
         */
        get: operations["conversations_permission"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/priority": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say how urgent a conversation is */
        post: operations["conversations_priority"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how far the caller has read
         * @description The customer may come to know of it, unless the caller only reads here.
         */
        post: operations["conversations_read"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/scheduled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is to go at a time
         * @description Soonest first.
         */
        get: operations["scheduled_messages_list"];
        put?: never;
        /**
         * Write a message that is to go at a time
         * @description Whether it may be sent is asked when it goes: where not, it stands in the thread as not sent, with the reason. A
         *     conversation has at most 20, for the next 90 days.
         */
        post: operations["scheduled_messages_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/scheduled/{message_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete what is to go at a time */
        delete: operations["scheduled_messages_delete"];
        options?: never;
        head?: never;
        /** Change what is to go at a time */
        patch: operations["scheduled_messages_patch"];
        trace?: never;
    };
    "/api/v1/conversations/{id}/scheduled/{message_id}/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send now what is to go at a time
         * @description The answer is the message that goes.
         */
        post: operations["scheduled_messages_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a conversation's status */
        post: operations["conversations_status"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/team": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a conversation with a team, or with none
         * @description Who has it stays.
         */
        post: operations["conversations_team"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Updates that could not be applied
         * @description They hold customers' words, whoever the conversations belong to: only owners see them.
         *
         *     For owners and admins.
         */
        get: operations["dead_letters_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try again to apply them
         * @description All of them, oldest first. What was applied leaves the list; to repeat this is harmless.
         *
         *     For owners and admins.
         */
        post: operations["dead_letters_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's drafts */
        get: operations["drafts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The invitations that were not accepted yet
         * @description For owners and admins.
         */
        get: operations["invitations_list"];
        put?: never;
        /**
         * Ask somebody to join
         * @description By mail where the server sends any, and by the link of the answer, which is good for seven days, once, and for the
         *     address alone. For owners and admins; only an owner asks for an owner.
         */
        post: operations["invitations_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description Once. Somebody new chooses a name and a password; whoever has an account gives its password, or is signed in to it (then
         *     with `X-CSRF-Token`). Signs in to the workspace, as `POST /api/v1/sessions` does.
         */
        post: operations["invitations_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look at an invitation
         * @description With the token of its link, which stands in the body so that no address holds it.
         */
        post: operations["invitations_look"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take an invitation back
         * @description Its link opens nothing from now on. For owners and admins; an owner's only by an owner.
         */
        delete: operations["invitations_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an invitation again
         * @description Good for seven days from now, under the same link. For owners and admins; an owner's only by an owner.
         */
        post: operations["invitations_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The labels of the workspace */
        get: operations["labels_list"];
        put?: never;
        /**
         * Make a label
         * @description For owners, admins and supervisors.
         */
        post: operations["labels_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a label
         * @description For owners, admins and supervisors. It is taken off every conversation that has it, soon after the answer.
         */
        delete: operations["labels_delete"];
        options?: never;
        head?: never;
        /**
         * Change a label
         * @description For owners, admins and supervisors. With `If-Match`, only as long as nobody else changed it since it was read (its
         *     `version` is the tag); else 412.
         */
        patch: operations["labels_patch"];
        trace?: never;
    };
    "/api/v1/macros": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The macros that the caller can run
         * @description The workspace's and their own.
         */
        get: operations["macros_list"];
        put?: never;
        /**
         * Make a macro
         * @description For the caller alone or, by owners, admins and supervisors, for everybody.
         */
        post: operations["macros_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/macros/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a macro
         * @description Those of the workspace are deleted by owners, admins and supervisors. What it did stays done.
         */
        delete: operations["macros_delete"];
        options?: never;
        head?: never;
        /**
         * Change a macro
         * @description With `If-Match`, only as long as nobody else changed it since it was read; else 412. Those of the workspace are
         *     changed by owners, admins and supervisors.
         */
        patch: operations["macros_patch"];
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and where */
        get: operations["sessions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file
         * @description The body is the file, as it is. The answer's `media_id` goes into messages.
         */
        post: operations["media_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The bytes of a file
         * @description With ranges. One that is not here answers 409 with the code `media_waiting` or `media_failed`, one whose bytes are lost 410 with `media_gone`.
         */
        get: operations["media_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/{id}/facts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is known of a file */
        get: operations["media_facts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link to a file
         * @description Whoever has it can read the file for a quarter of an hour, without signing in. It is good for this file alone.
         */
        post: operations["media_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the caller was told of
         * @description Newest first: at most 200, of the last 30 days. `notifications.changed` tells their own pages of every change.
         */
        get: operations["notifications_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Say of notifications that they are read, or that they are not
         * @description Those that are named, or all there are. The answer names those that were not so before: with it this is taken back.
         */
        patch: operations["notifications_mark"];
        trace?: never;
    };
    "/api/v1/notifications/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the caller wants to be told of things */
        get: operations["notifications_settings"];
        /**
         * Say how the caller wants to be told of things
         * @description It holds for what happens from now on.
         */
        put: operations["notifications_set_settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The mail that stayed here
         * @description Only where `mail.kind` is `outbox`: on a server that listens on its own machine alone, or in the demo. Everywhere else there
         *     is nothing here.
         */
        get: operations["outbox_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a code to set a password anew
         * @description It is sent by mail to an address that has an account; the answer is the same for one that has none.
         */
        post: operations["password_resets_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password-resets/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a password anew
         * @description With the code of the mail, which is good once and for a few tries. Signs in, and ends every sign-in from before; API keys
         *     stay as they are.
         */
        post: operations["password_resets_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's browsers that are reached while no page is open
         * @description With the key that a browser is given when it is asked how it is reached (`applicationServerKey`).
         */
        get: operations["push_subscriptions_list"];
        put?: never;
        /**
         * Have the browser that asks be reached while no page is open
         * @description For as long as its sign-in. Said again it is the same one; a person has at most 10, and one more takes the place of the
         *     oldest. Not for API keys: they have no browser.
         */
        post: operations["push_subscriptions_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push-subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Have a browser not be reached any more */
        delete: operations["push_subscriptions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rating-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether customers are asked for a rating
         * @description Once a conversation is resolved, and how. Where nothing was set they are not.
         */
        get: operations["ratings_settings"];
        /**
         * Set whether customers are asked for a rating
         * @description For owners, admins and supervisors. What is planned already is asked with the words that hold then, or not at all.
         */
        put: operations["ratings_set_settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened
         * @description Figures of some days, step by step, compared with as many days before. Each is a count of rows that
         *     `GET /api/v1/reports/rows` lists. For owners, admins, supervisors and analysts.
         */
        get: operations["reports_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/history/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A table of what happened
         * @description As `GET /api/v1/reports/history` answers it, as comma-separated values. Spans are in seconds.
         */
        get: operations["reports_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How it stands
         * @description At this moment, as the tenant's owner has it in memory: ask again when events tell that something changed.
         */
        get: operations["reports_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rows behind a figure
         * @description Conversations, answers or ratings, each with the place to look at; the newest first. A page may hold fewer rows than asked
         *     for and still have a `next_cursor`.
         */
        get: operations["reports_rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/rows/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All rows behind a figure
         * @description As comma-separated values, in the order of `GET /api/v1/reports/rows`; at most 100,000, which the last line then says.
         */
        get: operations["reports_export_rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The rules
         * @description In the order in which they act.
         */
        get: operations["rules_list"];
        put?: never;
        /**
         * Make a rule
         * @description It acts after all others, on what happens from then on. What a rule does begins no rule.
         */
        post: operations["rules_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/trial": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a rule
         * @description Which conversations are now as it asks. Nothing is done.
         */
        post: operations["rules_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rule */
        get: operations["rules_get"];
        put?: never;
        post?: never;
        /**
         * Delete a rule
         * @description What it did stays done; what waits for it does not act any more.
         */
        delete: operations["rules_delete"];
        options?: never;
        head?: never;
        /**
         * Change a rule
         * @description With `If-Match`, only as long as nobody else changed it since it was read; else 412.
         */
        patch: operations["rules_patch"];
        trace?: never;
    };
    "/api/v1/saved-replies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The saved replies that the caller can use
         * @description The workspace's and their own, with what can stand in their words.
         */
        get: operations["saved_replies_list"];
        put?: never;
        /**
         * Keep words
         * @description For the caller alone or, by owners, admins and supervisors, for everybody.
         */
        post: operations["saved_replies_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/saved-replies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a saved reply
         * @description Those of the workspace are deleted by owners, admins and supervisors.
         */
        delete: operations["saved_replies_delete"];
        options?: never;
        head?: never;
        /**
         * Change a saved reply
         * @description With `If-Match`, only as long as nobody else changed it since it was read; else 412. Those of the workspace are
         *     changed by owners, admins and supervisors.
         */
        patch: operations["saved_replies_patch"];
        trace?: never;
    };
    "/api/v1/saved-replies/{id}/filled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A saved reply as it reads in a conversation
         * @description With its placeholders filled. What is not known and has nothing to say instead stays, and is named.
         */
        get: operations["saved_replies_filled"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search
         * @description Over what was said and whom it was said to. Answers within a deadline: what was not looked through by then is left out, and
         *     `partial` says so, as it does where something is not in the index yet.
         */
        get: operations["search_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Sets the cookie `switchboard_session`. Send the answer's `csrf_token` as `X-CSRF-Token` with every request
         *     that changes something. Who signs in twice is signed in twice: this takes no `Idempotency-Key`.
         */
        post: operations["sessions_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out
         * @description Closes the sockets of this sign-in, and has the browser forget the files it was shown.
         */
        delete: operations["sessions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/current/workspace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on in another workspace
         * @description Under the same sign-in, which all tabs of a browser share; its sockets are closed, to be opened again there. The next
         *     signing in begins there, too. Not for API keys: each belongs to one workspace.
         */
        post: operations["sessions_switch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * By which doors somebody comes in
         * @description For pages that are shown to who is not signed in.
         */
        get: operations["sign_ups_entrances"];
        put?: never;
        /**
         * Ask for a code to make an account
         * @description It is sent by mail. The answer is the same whether the address has an account or not; to one that has, the mail says so.
         *     Only where `accounts.sign_up` is set.
         */
        post: operations["sign_ups_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ups/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an account and a workspace
         * @description With the code of the mail, which is good once and for a few tries. Signs in, as `POST /api/v1/sessions` does.
         */
        post: operations["sign_ups_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sla-policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How soon customers are to be answered */
        get: operations["teams_sla_policies"];
        /**
         * Set how soon customers are to be answered
         * @description For owners, admins and supervisors. All of them, in the order in which they are looked at: the first that fits a
         *     conversation counts. They hold at once, also for what is due already.
         */
        put: operations["teams_set_sla_policies"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/socket-tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A ticket that opens one socket within a minute
         * @description For clients that cannot send a header when they open a socket.
         */
        post: operations["socket_create_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The teams of the workspace */
        get: operations["teams_list"];
        put?: never;
        /**
         * Make a team
         * @description For owners, admins and supervisors.
         */
        post: operations["teams_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a team
         * @description For owners, admins and supervisors. What was with it is with no team; who has it stays.
         */
        delete: operations["teams_delete"];
        options?: never;
        head?: never;
        /**
         * Change a team
         * @description For owners, admins and supervisors. With `If-Match`, only as long as nobody else changed it since it was read (its
         *     `version` is the tag); else 412.
         */
        patch: operations["teams_patch"];
        trace?: never;
    };
    "/api/v1/teams/{id}/business-hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When a team's people answer
         * @description Absent where it has no hours of its own: then the workspace's hold.
         */
        get: operations["teams_team_business_hours"];
        /**
         * Set when a team's people answer
         * @description For owners, admins and supervisors.
         */
        put: operations["teams_set_team_business_hours"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{id}/rating-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a team's customers are asked for a rating
         * @description Absent where it has no settings of its own: then the workspace's hold.
         */
        get: operations["ratings_team_settings"];
        /**
         * Set whether a team's customers are asked for a rating
         * @description For owners, admins and supervisors.
         */
        put: operations["ratings_set_team_settings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The templates of a channel */
        get: operations["templates_list"];
        put?: never;
        /**
         * Make a template
         * @description It is submitted at once; whether the provider approves it shows later in its status.
         *
         *     For owners, admins and supervisors.
         */
        post: operations["templates_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a template
         * @description In its language alone; messages that were sent with it stay.
         *
         *     For owners, admins and supervisors.
         */
        delete: operations["templates_delete"];
        options?: never;
        head?: never;
        /**
         * Change a template
         * @description With `draft` it is submitted again; an approved one can be changed once in 24 hours and ten times in
         *     30 days. `fills` says what fills its places, `seen` that its changes were seen.
         *     For owners, admins and supervisors.
         */
        patch: operations["templates_patch"];
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of the workspace */
        get: operations["users_list"];
        put?: never;
        /**
         * Add a person
         * @description For owners and admins; only an owner adds an owner.
         */
        post: operations["users_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a person
         * @description For owners and admins; only an owner removes an owner, and one stays. Their sign-ins and keys are good no more, their
         *     conversations are nobody's.
         */
        delete: operations["users_delete"];
        options?: never;
        head?: never;
        /**
         * Change a person
         * @description For owners and admins; only an owner makes somebody an owner, or an owner something else, and one stays. Another role
         *     holds at once: the person's sockets are closed, to be opened again.
         */
        patch: operations["users_patch"];
        trace?: never;
    };
    "/api/v1/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The views that the caller sees
         * @description Their own and the workspace's.
         */
        get: operations["views_list"];
        put?: never;
        /**
         * Keep a view
         * @description For the caller alone or, by owners, admins and supervisors, for everybody.
         */
        post: operations["views_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many conversations each view holds
         * @description As the caller sees it: what is theirs, and what they have not read.
         */
        get: operations["views_counts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a view
         * @description Those of the workspace are deleted by owners, admins and supervisors. The conversations stay as they are.
         */
        delete: operations["views_delete"];
        options?: never;
        head?: never;
        /**
         * Change a view
         * @description With `If-Match`, only as long as nobody else changed it since it was read; else 412. Those of the workspace are
         *     changed by owners, admins and supervisors.
         */
        patch: operations["views_patch"];
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Alive */
        get: operations["operation_alive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Measurements
         * @description In Prometheus' text format.
         */
        get: operations["operation_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Takes traffic
         * @description 503 while starting and stopping, and when the store does not answer. While the store reads but takes no writes it is 200:
         *     agents read on, and what is refused is answered 503 by itself. The second word of the body then says how the store does.
         */
        get: operations["operation_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Accept an invitation. */
        AcceptInvitation: {
            /** @description For a new account: what the person is called. */
            name?: string | null;
            /** @description For a new account its password to be; for one that is there its password, unless somebody is signed in to it. */
            password?: string | null;
            /** @description What stands behind the `#` of its link. */
            token: string;
        };
        /** @description A number of an account at the provider. */
        AccountNumber: {
            channel_id?: null | components["schemas"]["ChannelId"];
            /** @description It is used in the phone's app as well; such a number is not registered. */
            coexistence?: boolean;
            /** @description The number, as people read it. */
            display_phone_number?: string | null;
            /** @description The provider's id of the number. */
            phone_number_id: string;
            /** @description The name that customers see. */
            verified_name?: string | null;
            /** @description The account it belongs to. */
            waba_id: string;
        };
        /** @description An amount of money. */
        Amount: {
            /** @description ISO 4217, such as `EUR`. */
            currency: string;
            /** @description A decimal number, such as `0.1131`. */
            value: string;
        };
        /** @description What the customer tapped or filled in. */
        Answer: {
            /** @description The button's id. */
            id: string;
            /** @enum {string} */
            kind: "button";
            /** @description The words on it. */
            title: string;
        } | {
            /** @description More words. */
            description?: string | null;
            /** @description The row's id. */
            id: string;
            /** @enum {string} */
            kind: "row";
            /** @description Its words. */
            title: string;
        } | {
            /** @enum {string} */
            kind: "quick_reply";
            /** @description What we gave the button to carry. */
            payload: string;
            /** @description The words on it. */
            title: string;
        } | {
            /** @enum {string} */
            kind: "form";
            /** @description Its name. */
            name: string;
            /** @description What was filled in, as JSON. */
            response: string;
        } | {
            /** @description They may say no. */
            granted: boolean;
            /** @enum {string} */
            kind: "call_permission";
            until?: null | components["schemas"]["Timestamp"];
        };
        /** @description A credential of a program, without its secret. */
        ApiKey: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Who made it; the key may do what they may. */
            created_by: components["schemas"]["UserId"];
            /** @description The secret's last characters, by which people tell one key from another. */
            ends_with: string;
            /** @description Its id. */
            id: components["schemas"]["ApiKeyId"];
            /** @description What it is for. */
            name: string;
        };
        /** @description `key_` and 26 characters */
        ApiKeyId: string;
        /** @description The keys of a workspace. */
        ApiKeyList: {
            /** @description Newest first. */
            api_keys: components["schemas"]["ApiKey"][];
        };
        /** @description Ask for a one-time code by mail. */
        AskForCode: {
            /** @description The address it goes to. */
            email: string;
        };
        /** @description Give a conversation to somebody, or to nobody. */
        AssignRequest: {
            assignee_id?: null | components["schemas"]["UserId"];
        };
        /** @description By which rule a conversation was given to somebody. */
        AssignedBy: {
            /** @description The rule. */
            rule: components["schemas"]["AssignmentRule"];
            /** @description The team whose it is; the workspace's where it is absent. */
            team?: string | null;
        };
        /** @description How conversations that nobody has come to somebody: to those who are online, longest waiting first. */
        Assignment: {
            /**
             * Format: int32
             * @description Open conversations that one may have and still be given another, 1 to 1,000; absent: any number.
             */
            capacity?: number | null;
            /** @description By which rule. */
            rule: components["schemas"]["AssignmentRule"];
        };
        /**
         * @description Rules by which conversations are given to people.
         * @enum {string}
         */
        AssignmentRule: "by_hand" | "round_robin" | "by_load";
        /** @description A file that goes with a message. */
        Attachment: {
            /** @description A sticker that moves. */
            animated?: boolean;
            /** @description Words with it, at most 1,024 characters. */
            caption?: string | null;
            /** @description The name of a document. */
            filename?: string | null;
            /**
             * Format: int32
             * @description Height in pixels, once known.
             */
            height?: number | null;
            /** @description Finds it under `/api/v1/media`. */
            media_id: components["schemas"]["MediaId"];
            /** @description What it is: as its sender says or, once it is here, as its bytes say. */
            mime_type: string;
            /** @description Why it is not, in plain words with what to do. */
            problem?: string | null;
            /**
             * Format: int64
             * @description Its size in bytes, once known.
             */
            size?: number | null;
            /** @description Is it here? */
            state?: components["schemas"]["MediaState"];
            /** @description There is a small picture of it. */
            thumbnail?: boolean;
            /** @description A voice note, recorded while holding a button. */
            voice?: boolean;
            /**
             * Format: int32
             * @description Width in pixels, once known.
             */
            width?: number | null;
        };
        /**
         * @description What somebody did.
         * @enum {string}
         */
        AuditAct: "workspace_made" | "signed_in" | "signed_out" | "entered" | "password_reset" | "member_added" | "member_changed" | "member_removed" | "invited" | "invited_again" | "invitation_revoked" | "invitation_accepted" | "key_made" | "key_revoked" | "team_made" | "team_changed" | "team_deleted" | "assignment_changed" | "hours_changed" | "targets_changed" | "ratings_changed" | "report_exported" | "channel_connected" | "channel_changed" | "channel_disconnected" | "channel_erased" | "template_made" | "template_changed" | "template_deleted" | "reply_made" | "reply_changed" | "reply_deleted" | "label_made" | "label_changed" | "label_deleted" | "view_kept" | "view_changed" | "view_deleted" | "bulk_changed" | "rule_made" | "rule_changed" | "rule_deleted" | "macro_made" | "macro_changed" | "macro_deleted" | "contact_changed" | "contact_blocked" | "contact_unblocked" | "consent_recorded" | "consent_exported" | "deliveries_replayed" | "conversation_assigned" | "conversation_unassigned" | "conversation_with_team" | "conversation_without_team" | "conversation_changed_hands" | "conversation_opened" | "conversation_pending" | "conversation_snoozed" | "conversation_resolved";
        /**
         * @description A part of the workspace.
         * @enum {string}
         */
        AuditArea: "access" | "people" | "keys" | "teams" | "channels" | "writing" | "contacts" | "conversations" | "inbox";
        /** @description A field that was one thing and is another. */
        AuditChange: {
            /** @description What it is; none where it is nothing, or is a secret. */
            after?: string | null;
            /** @description What it was; none where it was nothing, or is a secret. */
            before?: string | null;
            /** @description The field, as the API calls it. */
            field: string;
        };
        /** @description One act. Written with what it did: both are there, or neither. */
        AuditEntry: {
            about?: null | components["schemas"]["AuditObject"];
            /** @description What they did. */
            act: components["schemas"]["AuditAct"];
            /** @description The address that the request came from, as far as the proxies in front can be trusted. */
            address?: string | null;
            /** @description What part of the workspace it is about. */
            area: components["schemas"]["AuditArea"];
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description Who, as they were called then. */
            by: components["schemas"]["Sender"];
            /** @description What was one thing and is another. Secrets are named, and never shown. */
            changes?: components["schemas"]["AuditChange"][];
            correlation_id?: null | components["schemas"]["CorrelationId"];
            /** @description Its id. */
            id: components["schemas"]["AuditId"];
        };
        /** @description `aud_` and 26 characters */
        AuditId: string;
        /** @description To whom or what something was done. */
        AuditObject: {
            /** @description Its id. */
            id: string;
            /** @description What it was called. */
            name: string;
        };
        /** @description Acts, newest first. */
        AuditPage: {
            /**
             * @description The acts. Fewer than were asked for, even none, where a long stretch of time held nothing that is meant: the
             *     cursor goes on from there.
             */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Where the next page begins; none at the end. */
            next_cursor?: string | null;
        };
        /** @description One thing that a rule or a macro does with a conversation. */
        AutomationAction: {
            /** @enum {string} */
            action: "change";
            /** @description What. Not `read`, and not `snoozed`, which has an action of its own. */
            change: components["schemas"]["BulkChange"];
        } | {
            /** @enum {string} */
            action: "snooze";
            /**
             * Format: int32
             * @description For so many minutes.
             */
            minutes: number;
        } | {
            /** @enum {string} */
            action: "assign_me";
        } | {
            /** @enum {string} */
            action: "send";
            /** @description The words, with the placeholders of saved replies. */
            text: string;
        } | {
            /** @enum {string} */
            action: "note";
            /** @description The words, with the placeholders of saved replies. */
            text: string;
        };
        /** @description A rule. */
        AutomationRule: {
            /** @description What it does, one after the other. */
            actions: components["schemas"]["AutomationAction"][];
            /** @description It acts; else it rests. */
            enabled: boolean;
            /** @description Its id. */
            id: components["schemas"]["RuleId"];
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description Its place among the rules: the lowest acts first, and each sees what those before it did.
             */
            position: number;
            /** @description What happened before this does not begin it. */
            since: components["schemas"]["Timestamp"];
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who did that. */
            updated_by: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description How often it was changed: its `ETag`.
             */
            version: number;
            /** @description What it begins with. */
            when: components["schemas"]["RuleWhen"];
        };
        /** @description The rules of a workspace. */
        AutomationRuleList: {
            /** @description In the order in which they act. */
            rules: components["schemas"]["AutomationRule"][];
        };
        /** @description One run of a rule or a macro, kept for 30 days. */
        AutomationRun: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            by?: null | components["schemas"]["Sender"];
            /** @description The contact's name then. */
            contact: string;
            /** @description Where. */
            conversation_id: components["schemas"]["ConversationId"];
            event?: null | components["schemas"]["RuleEvent"];
            /** @description Its id. */
            id: components["schemas"]["AutomationRunId"];
            macro_id?: null | components["schemas"]["MacroId"];
            /** @description What it was called then. */
            name: string;
            /** @description What came of it. */
            outcome: components["schemas"]["RunOutcome"];
            rule_id?: null | components["schemas"]["RuleId"];
            /** @description Action by action. */
            steps: components["schemas"]["AutomationStep"][];
        };
        /** @description `run_` and 26 characters */
        AutomationRunId: string;
        /** @description Runs, newest first. */
        AutomationRunPage: {
            /** @description Where the next page begins; none at the end. */
            next_cursor?: string | null;
            /**
             * @description The runs. Fewer than were asked for, even none, where a long stretch of time held nothing that is meant: the
             *     cursor goes on from there.
             */
            runs: components["schemas"]["AutomationRun"][];
        };
        /** @description One action and what came of it. */
        AutomationStep: {
            /** @description What was to be done. */
            action: components["schemas"]["AutomationAction"];
            /** @description Why not; stable. */
            code?: string | null;
            /** @description Why not, in words. */
            message?: string | null;
            /** @description What came of it. */
            outcome: components["schemas"]["StepOutcome"];
        };
        /**
         * @description What somebody says of themselves; remembered until they say otherwise.
         * @enum {string}
         */
        Availability: "online" | "busy" | "away";
        /** @description `blb_` and 26 characters */
        BlobId: string;
        /** @description What is changed of each conversation. */
        BulkChange: {
            assignee_id?: null | components["schemas"]["UserId"];
            /** @enum {string} */
            field: "assignee";
        } | {
            /** @enum {string} */
            field: "team";
            team_id?: null | components["schemas"]["TeamId"];
        } | {
            /** @enum {string} */
            field: "status";
            snoozed_until?: null | components["schemas"]["Timestamp"];
            /** @description The new status. */
            status: components["schemas"]["ConversationStatus"];
        } | {
            /** @enum {string} */
            field: "priority";
            /** @description How urgent. */
            priority: components["schemas"]["Priority"];
        } | {
            /** @description Those to put on. */
            add?: components["schemas"]["LabelId"][];
            /** @enum {string} */
            field: "labels";
            /** @description Those to take off. */
            remove?: components["schemas"]["LabelId"][];
        } | {
            /** @enum {string} */
            field: "read";
        };
        /** @description A conversation that a bulk change left as it was. */
        BulkFailure: {
            /** @description Stable; `changed_meanwhile` where somebody else changed it. */
            code: string;
            /** @description Which. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description Why, in words. */
            message: string;
        };
        /** @description Conversations that a bulk change left as they were. */
        BulkFailureList: {
            /** @description In no order; at most 1,000. */
            failures: components["schemas"]["BulkFailure"][];
            /** @description There are more. */
            more: boolean;
        };
        /** @description `blk_` and 26 characters */
        BulkId: string;
        /** @description A bulk change and how far it is. */
        BulkJob: {
            /** @description Who asked for it. */
            by: components["schemas"]["UserId"];
            /** @description What is changed. */
            change: components["schemas"]["BulkChange"];
            /**
             * Format: int64
             * @description Of these, those that it changed; the others were so already or failed.
             */
            changed: number;
            /** @description When it was asked for. */
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Those that it has come to.
             */
            done: number;
            /**
             * Format: int64
             * @description Those that it could not change, or that somebody else changed meanwhile.
             */
            failed: number;
            finished_at?: null | components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["BulkId"];
            /** @description Is it done? */
            state: components["schemas"]["BulkState"];
            /**
             * Format: int64
             * @description Conversations that it is about.
             */
            total: number;
            undoes?: null | components["schemas"]["BulkId"];
            undone_by?: null | components["schemas"]["BulkId"];
        };
        /** @description Bulk changes of the caller. */
        BulkJobList: {
            /** @description Newest first. */
            jobs: components["schemas"]["BulkJob"][];
        };
        /** @description Change many conversations: some that are named, or everything that a list holds. */
        BulkRequest: {
            /** @description What is changed. */
            change: components["schemas"]["BulkChange"];
            /** @description These, at most 1,000. */
            conversations?: components["schemas"]["ConversationId"][] | null;
            which?: null | components["schemas"]["BulkWhich"];
        };
        /**
         * @description The states of a bulk change.
         * @enum {string}
         */
        BulkState: "running" | "finished";
        /** @description Everything that a list holds. */
        BulkWhich: {
            /** @description But for these, at most 1,000. */
            except?: components["schemas"]["ConversationId"][];
            /** @description What else must hold, as in the list. */
            filter?: components["schemas"]["FilterCondition"][];
            status?: null | components["schemas"]["ConversationStatus"];
            /** @description `mine`, `unassigned`, `all`, or `team:` and a team's id; `all` where it is left out. */
            view?: string | null;
        };
        /** @description When people answer: weekly hours in a time zone, without the holidays. */
        BusinessHours: {
            /** @description Days on which it is closed, at most 200. */
            holidays?: components["schemas"]["Holiday"][];
            /** @description The time zone by its IANA name, such as `Europe/Amsterdam`. */
            time_zone: string;
            /** @description When it is open, at most 28 intervals; those of a day do not overlap. */
            weekly: components["schemas"]["OpenHours"][];
        };
        /** @description When people answer, and whether they do now. */
        BusinessHoursStanding: {
            changes_at?: null | components["schemas"]["Timestamp"];
            hours?: null | components["schemas"]["BusinessHours"];
            /** @description It is open. */
            open: boolean;
        };
        /** @description A call. */
        Call: {
            /** @description How it stands. */
            outcome: components["schemas"]["CallOutcome"];
            /**
             * Format: int64
             * @description How long they spoke, in seconds.
             */
            seconds?: number | null;
        };
        /**
         * @description How a call stands.
         * @enum {string}
         */
        CallOutcome: "ringing" | "completed" | "missed";
        /** @description Something else on a card. */
        CardEntry: {
            /** @description `HOME`, `WORK` and others. */
            kind?: string | null;
            /** @description What. */
            value: string;
        };
        /** @description A number on a card. */
        CardPhone: {
            /** @description `CELL`, `WORK` and others. */
            kind?: string | null;
            /** @description The number, as it was written. */
            phone: string;
            /** @description The same as WhatsApp knows it, where its owner is there. */
            wa_id?: string | null;
        };
        /** @description Change a channel. What is left out stays. */
        ChangeChannel: {
            /** @description A new token, checked with the provider before it takes the place of the old one. */
            access_token?: string | null;
            /** @description A new secret that signs webhooks, checked likewise. */
            app_secret?: string | null;
            /** @description What colleagues call it. */
            name?: string | null;
            /**
             * @description Whether customers are told that what they wrote was read, and that somebody writes. WhatsApp's request for the
             *     second marks as read, too, so there is one switch for both.
             */
            read_receipts?: boolean | null;
        };
        /** @description Change a label; what is left out stays. */
        ChangeLabel: {
            color?: null | components["schemas"]["LabelColor"];
            /** @description A new name. */
            name?: string | null;
        };
        /** @description Change a macro. What is left out stays. */
        ChangeMacro: {
            /** @description What it does. */
            actions?: components["schemas"]["AutomationAction"][] | null;
            /** @description What it is called. */
            name?: string | null;
        };
        /** @description Change a rule. What is left out stays. */
        ChangeRule: {
            /** @description What it does. */
            actions?: components["schemas"]["AutomationAction"][] | null;
            /** @description Does it act? */
            enabled?: boolean | null;
            /** @description What it is called. */
            name?: string | null;
            /**
             * Format: int32
             * @description Its place among the rules, from 0.
             */
            position?: number | null;
            when?: null | components["schemas"]["RuleWhen"];
        };
        /** @description Change a saved reply. What is left out stays. */
        ChangeSavedReply: {
            /** @description What it is called up by. */
            name?: string | null;
            /** @description Its words. */
            text?: string | null;
        };
        /** @description Change what is to go at a time. What is left out stays. */
        ChangeSchedule: {
            send_at?: null | components["schemas"]["Timestamp"];
            text?: null | components["schemas"]["Text"];
            /** @description Only if the customer has not written by then. */
            unless_reply?: boolean | null;
        };
        /** @description Change a team; what is left out stays. */
        ChangeTeam: {
            assignment?: null | components["schemas"]["Assignment"];
            /** @description Who is in it from now on. */
            members?: components["schemas"]["UserId"][] | null;
            /** @description A new name. */
            name?: string | null;
        };
        /** @description Change a member. What is left out stays. */
        ChangeUser: {
            /** @description Their name. */
            name?: string | null;
            role?: null | components["schemas"]["Role"];
        };
        /** @description Change a view that is kept. What is left out stays. */
        ChangeView: {
            /** @description Which conversations. */
            filter?: components["schemas"]["FilterCondition"][] | null;
            /** @description What it is called. */
            name?: string | null;
            sort?: null | components["schemas"]["ListSort"];
        };
        /** @description A connected channel. Secrets are never shown. */
        Channel: {
            checked_at?: null | components["schemas"]["Timestamp"];
            /** @description When it was connected. */
            created_at: components["schemas"]["Timestamp"];
            facts?: null | components["schemas"]["NumberFacts"];
            /** @description Does it work? */
            health: components["schemas"]["ChannelHealth"];
            /** @description Its id. */
            id: components["schemas"]["ChannelId"];
            /** @description Its kind. */
            kind: components["schemas"]["ChannelKind"];
            /** @description How everything about it stands, and what to do. */
            lights?: components["schemas"]["ChannelLight"][];
            limit_full_until?: null | components["schemas"]["Timestamp"];
            /** @description What colleagues call it. */
            name: string;
            /** @description The provider's id of the number. */
            phone_number_id: string;
            /** @description Why it does not, in plain words. */
            problem?: string | null;
            queue?: null | components["schemas"]["ChannelQueue"];
            /** @description Customers are told that what they wrote was read, and that somebody writes. */
            read_receipts: boolean;
            /** @description The word to enter beside it; shown once, when the channel is made. */
            verify_token?: string | null;
            /**
             * Format: int64
             * @description Counts its changes; the older of two is dropped.
             */
            version: number;
            /** @description The WhatsApp Business Account the number belongs to. */
            waba_id: string;
            /** @description The address to enter as the webhook's at the provider. */
            webhook_url: string;
        };
        /**
         * @description Does a channel work?
         * @enum {string}
         */
        ChannelHealth: "working" | "broken" | "degraded";
        /** @description `chn_` and 26 characters */
        ChannelId: string;
        /**
         * @description Kinds of channel.
         * @enum {string}
         */
        ChannelKind: "whatsapp";
        /** @description How one thing about a number stands. */
        ChannelLight: {
            at?: null | components["schemas"]["Timestamp"];
            /** @description What was found, in plain words. */
            found: string;
            /**
             * Format: int32
             * @description How much of something that takes a while is done, in hundredths; absent for everything else.
             */
            progress?: number | null;
            /** @description How it stands. */
            state: components["schemas"]["LightState"];
            /** @description What about. */
            subject: components["schemas"]["LightSubject"];
            /** @description What to do about it; absent where there is nothing to do. */
            what_to_do?: string | null;
        };
        /** @description The channels of the workspace. */
        ChannelList: {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /** @description By name. */
            channels: components["schemas"]["Channel"][];
        };
        /** @description Messages of a number that wait for their turn. */
        ChannelQueue: {
            /** @description When the last of these leaves, about, and what they wait for. */
            last: components["schemas"]["Departure"];
            /**
             * Format: int64
             * @description Conversations whose next message waits; each has one in the queue at a time.
             */
            waiting: number;
        };
        /**
         * @description Whether a message costs anything.
         * @enum {string}
         */
        Charge: "charged" | "after_allowance" | "free_window" | "free_entry";
        /** @description What the provider says that it charges a message as. */
        Charged: {
            amount?: null | components["schemas"]["Amount"];
            /** @description It costs something. */
            billable: boolean;
            /** @description The category, in the provider's words: `marketing`, `utility`, `service`, …. */
            category: string;
            /** @description `regular`, `free_customer_service`, `free_entry_point`, … where it said so. */
            kind?: string | null;
        };
        /** @description What the provider says of a number that is about to be connected. */
        CheckedNumber: {
            /** @description Every number of the account, this one among them. */
            account_numbers: components["schemas"]["AccountNumber"][];
            facts?: null | components["schemas"]["NumberFacts"];
            token_expires_at?: null | components["schemas"]["Timestamp"];
            /** @description Why the provider could not be asked, where it could not. */
            unverified?: string | null;
        };
        /** @description What is said of a code, whether the address has an account or not. */
        CodeAsked: {
            /**
             * Format: int64
             * @description How long a code is good for, in seconds.
             */
            valid_s: number;
        };
        /** @description Set a forgotten password anew. */
        ConfirmPasswordReset: {
            /** @description The code. */
            code: string;
            /** @description The address the code was sent to. */
            email: string;
            /** @description The new password. */
            password: string;
        };
        /** @description Make an account and a workspace. */
        ConfirmSignUp: {
            /** @description The code. */
            code: string;
            /** @description The address the code was sent to. */
            email: string;
            /** @description What the person is called. */
            name: string;
            /** @description Their password. */
            password: string;
            /** @description What the workspace is called. */
            workspace: string;
        };
        /** @description Connect a channel. */
        ConnectChannel: {
            /** @description The token for calls to the Graph API; never shown again. */
            access_token: string;
            /** @description The secret that signs webhooks; the instance's own where it is left out. */
            app_secret?: string | null;
            /** @description `whatsapp`. */
            kind: components["schemas"]["ChannelKind"];
            /** @description What colleagues call it. */
            name: string;
            /** @description The provider's id of the number. */
            phone_number_id: string;
            /**
             * @description Connect it only when the provider confirmed everything. Left out, only a token that is not taken keeps it from
             *     being connected: else it is asked again by itself, and the channel's lights say what was not confirmed.
             */
            verify?: boolean;
            /** @description The word Meta repeats when it checks the webhook's address; made by us where it is left out. */
            verify_token?: string | null;
            /** @description The WhatsApp Business Account the number belongs to. */
            waba_id: string;
        };
        /** @description Connect a number of a confirmed sign-up. */
        ConnectSignedUp: {
            /** @description What colleagues call it. */
            name: string;
            /** @description The provider's id of the number. */
            phone_number_id: string;
            /** @description Six digits for the number's two-step verification, where it is to be registered. */
            pin?: string | null;
            /** @description What stands for the token. */
            ticket: string;
            /** @description The account it belongs to. */
            waba_id: string;
        };
        /**
         * @description Yes or no.
         * @enum {string}
         */
        ConsentChoice: "given" | "withdrawn";
        /** @description An entry of a contact's chain. */
        ConsentEntry: components["schemas"]["ConsentRecord"] & {
            /** @description SHA-256 over the hash before (32 zero bytes before the first) and the bytes of `record`; hexadecimal. */
            hash: string;
            /** @description The same as the text that is hashed, byte by byte. */
            record: string;
        };
        /** @description What shows that somebody said so. */
        ConsentEvidence: {
            /** @description The conversation. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description It is out of the history of WhatsApp's app on the business' phone: it was said before we could hear it. */
            imported?: boolean;
            /** @enum {string} */
            kind: "message";
            /** @description The message. */
            message_id: components["schemas"]["MessageId"];
            /** @description The provider's id of it. */
            provider_id: string;
            /** @description What it says, at most 200 characters. */
            words: string;
        } | {
            /** @description The channel that told it. */
            channel_id: components["schemas"]["ChannelId"];
            /** @description The provider's words for it, at most 200 characters. */
            detail: string;
            /** @enum {string} */
            kind: "provider";
        } | {
            /** @description By whom. */
            by: components["schemas"]["Sender"];
            /** @description How they said it. */
            how: components["schemas"]["RecordedHow"];
            /** @enum {string} */
            kind: "recorded";
            /** @description What finds it: a form's address, a file and its row, a ticket, at most 500 characters. */
            reference?: string | null;
            /** @description A remark, at most 500 characters. */
            remark?: string | null;
        } | {
            /** @description That contact: its own chain says what. */
            contact_id: components["schemas"]["ContactId"];
            /** @enum {string} */
            kind: "joined";
        };
        /** @description The key under which this installation signs what contacts want. */
        ConsentKey: {
            /** @description Ed25519; hexadecimal. */
            public_key: string;
        };
        /**
         * @description What a contact wants, signed: whoever has it and the installation's key checks it without us, by
         *     `switchboard consent verify`.
         */
        ConsentProof: {
            /** @description The chain, oldest first; the statement names its end. */
            entries: components["schemas"]["ProofEntry"][];
            /** @description The installation's public key; hexadecimal. Who checks compares it with the one they got another way. */
            public_key: string;
            /** @description Ed25519 over the line `switchboard consent 1`, a line feed, and the bytes of `statement`; hexadecimal. */
            signature: string;
            /** @description The text that is signed, JSON: a `ConsentStatement`. */
            statement: string;
        };
        /** @description An entry as it is hashed and kept. */
        ConsentRecord: {
            /** @description When they said it. */
            at: components["schemas"]["Timestamp"];
            /** @description Yes or no. */
            choice: components["schemas"]["ConsentChoice"];
            /** @description What shows it. */
            evidence: components["schemas"]["ConsentEvidence"];
            /**
             * Format: int64
             * @description Its place in the contact's chain, from 1.
             */
            n: number;
            /** @description When it was recorded. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description About what. */
            scope: components["schemas"]["ConsentScope"];
        };
        /**
         * @description What a wish is about.
         * @enum {string}
         */
        ConsentScope: "everything" | "marketing" | "utility" | "authentication";
        /** @description What a contact said last about one purpose, or about everything. */
        ConsentStanding: {
            /** @description When they said it, by the provider's clock where it came through one. */
            at: components["schemas"]["Timestamp"];
            /** @description Yes or no. */
            choice: components["schemas"]["ConsentChoice"];
            /** @description About what. */
            scope: components["schemas"]["ConsentScope"];
        };
        /** @description A person outside. */
        Contact: {
            /** @description A line about the person. */
            about?: string | null;
            /** @description Nothing may be sent. */
            blocked: boolean;
            /** @description What they said last about each purpose. */
            consent?: components["schemas"]["ConsentStanding"][];
            /** @description When we first heard of it. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Addresses that were theirs: they are found by them still, and nothing is sent there. */
            former?: components["schemas"]["Identity"][];
            /** @description Its id. */
            id: components["schemas"]["ContactId"];
            /** @description Its addresses; of several of a kind the one that counts comes first. */
            identities: components["schemas"]["Identity"][];
            /** @description Its name as an agent or, failing that, the provider gave it. */
            name: string;
            /** @description When it last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Its commit count.
             */
            version: number;
        };
        /** @description A person's card. */
        ContactCard: {
            /** @description Addresses of houses, each in one line. */
            addresses?: components["schemas"]["CardEntry"][];
            /** @description `YYYY-MM-DD`. */
            birthday?: string | null;
            /** @description Addresses of mail. */
            emails?: components["schemas"]["CardEntry"][];
            /** @description The first name. */
            first_name?: string | null;
            /** @description The last name. */
            last_name?: string | null;
            /** @description The whole name; empty where somebody shared no more than their own number. */
            name: string;
            /** @description Company, department and title, in one line. */
            organization?: string | null;
            /** @description It is the customer's own, shared because we asked for it. */
            own?: boolean;
            /** @description Numbers. */
            phones?: components["schemas"]["CardPhone"][];
            /** @description Pages. */
            urls?: components["schemas"]["CardEntry"][];
        };
        /** @description People's cards. */
        ContactCards: {
            /** @description One for each person, at most 257. */
            cards: components["schemas"]["ContactCard"][];
        };
        /** @description What a contact wants, with everything that shows it. */
        ContactConsent: {
            /** @description What counts. */
            consent: components["schemas"]["ConsentStanding"][];
            /** @description Whose. */
            contact_id: components["schemas"]["ContactId"];
            /** @description The chain, oldest first. */
            entries: components["schemas"]["ConsentEntry"][];
            /** @description The newest hash; empty where there is no entry. */
            hash: string;
        };
        /** @description One contact. */
        ContactDetail: components["schemas"]["Contact"] & {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
        };
        /** @description A field of a contact. */
        ContactField: {
            /** @description Which: never `text`. */
            field: components["schemas"]["FillSource"];
            /** @description What it says. */
            value: string;
        };
        /** @description `con_` and 26 characters */
        ContactId: string;
        /** @description A page of contacts. */
        ContactPage: {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /** @description By id. */
            contacts: components["schemas"]["Contact"][];
            /** @description Pass it as `cursor` for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /** @description Change a contact; what is left out stays. */
        ContactPatch: {
            /** @description A line about the person; empty clears it. */
            about?: string | null;
            /** @description Block, or lift a block. */
            blocked?: boolean | null;
            /** @description A new name. */
            name?: string | null;
        };
        /** @description A contact as a conversation shows it. */
        ContactRef: {
            /** @description Nothing may be sent. */
            blocked?: boolean;
            /** @description What they said last about each purpose. */
            consent?: components["schemas"]["ConsentStanding"][];
            /** @description Addresses that were theirs: they are found by them still, and nothing is sent there. */
            former?: components["schemas"]["Identity"][];
            /** @description Its id. */
            id: components["schemas"]["ContactId"];
            /** @description Its addresses; of several of a kind the one that counts comes first. */
            identities: components["schemas"]["Identity"][];
            /** @description Its name, or the best address where there is none. */
            name: string;
        };
        /** @description A message's type and what it says. */
        Content: {
            /** @description Words. */
            content: components["schemas"]["Text"];
            /** @enum {string} */
            type: "text";
        } | {
            /** @description A picture. */
            content: components["schemas"]["Attachment"];
            /** @enum {string} */
            type: "image";
        } | {
            /** @description A film. */
            content: components["schemas"]["Attachment"];
            /** @enum {string} */
            type: "video";
        } | {
            /** @description A sound or a voice note. */
            content: components["schemas"]["Attachment"];
            /** @enum {string} */
            type: "audio";
        } | {
            /** @description A file. */
            content: components["schemas"]["Attachment"];
            /** @enum {string} */
            type: "document";
        } | {
            /** @description A sticker. */
            content: components["schemas"]["Attachment"];
            /** @enum {string} */
            type: "sticker";
        } | {
            /** @description A place. */
            content: components["schemas"]["Location"];
            /** @enum {string} */
            type: "location";
        } | {
            /** @description People's cards. */
            content: components["schemas"]["ContactCards"];
            /** @enum {string} */
            type: "contacts";
        } | {
            /** @description Words of ours with something to tap. */
            content: components["schemas"]["Interactive"];
            /** @enum {string} */
            type: "interactive";
        } | {
            /** @description What the customer tapped or filled in. */
            content: components["schemas"]["Answer"];
            /** @enum {string} */
            type: "answer";
        } | {
            /** @description An emoji of ours for a message; those of the customer stand with the message they are for. */
            content: components["schemas"]["ReactionRequest"];
            /** @enum {string} */
            type: "reaction";
        } | {
            /** @description What the customer ordered from a catalogue. */
            content: components["schemas"]["Order"];
            /** @enum {string} */
            type: "order";
        } | {
            /** @description A call. */
            content: components["schemas"]["Call"];
            /** @enum {string} */
            type: "call";
        } | {
            /** @description A template, as it was sent. */
            content: components["schemas"]["TemplateContent"];
            /** @enum {string} */
            type: "template";
        } | {
            /** @description A private note among colleagues; never leaves the house. */
            content: components["schemas"]["Note"];
            /** @enum {string} */
            type: "note";
        } | {
            /** @description Something that happened to the conversation. */
            content: components["schemas"]["SystemLine"];
            /** @enum {string} */
            type: "system";
        } | {
            /** @description A kind of message this version cannot show, kept as it came. */
            content: components["schemas"]["Unsupported"];
            /** @enum {string} */
            type: "unsupported";
        };
        /** @description The one thread between a contact and a channel. */
        Conversation: {
            assignee_id?: null | components["schemas"]["UserId"];
            /** @description The channel it runs on. */
            channel_id: components["schemas"]["ChannelId"];
            /** @description Whom it is with. */
            contact: components["schemas"]["ContactRef"];
            /** @description When it began. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Who answers here by themselves; absent as long as nobody ever did. */
            handled_by?: components["schemas"]["HandledBy"];
            /** @description Its id. */
            id: components["schemas"]["ConversationId"];
            /**
             * Format: int64
             * @description Messages of the customer so far.
             */
            inbound_count: number;
            /** @description Its labels, in the order in which they were put on. */
            labels?: components["schemas"]["LabelId"][];
            last_message?: null | components["schemas"]["Message"];
            /**
             * Format: int64
             * @description The highest `seq` given.
             */
            last_seq: number;
            /** @description Who was mentioned in a note and has not looked at it. */
            mentions?: components["schemas"]["Mention"][];
            /** @description How urgent somebody said it is; absent where nobody did. */
            priority?: components["schemas"]["Priority"];
            queued_at?: null | components["schemas"]["Timestamp"];
            rating?: null | components["schemas"]["LastRating"];
            routed_at?: null | components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Messages that are to go at a time.
             */
            scheduled?: number;
            sla?: null | components["schemas"]["SlaStanding"];
            snoozed_until?: null | components["schemas"]["Timestamp"];
            /** @description Where it stands. */
            status: components["schemas"]["ConversationStatus"];
            team_id?: null | components["schemas"]["TeamId"];
            /**
             * Format: int64
             * @description Messages of the customer that the caller has not read; absent in events, which are the same for
             *     every agent: there it is `inbound_count` less the caller's own read mark.
             */
            unread_count?: number | null;
            /** @description When something last happened that moves it up the list. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Its commit count; a client drops the older of two.
             */
            version: number;
            waiting_since?: null | components["schemas"]["Timestamp"];
            /** @description May we write freely? */
            window: components["schemas"]["Window"];
        };
        /** @description One conversation. */
        ConversationDetail: components["schemas"]["Conversation"] & {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
        };
        /** @description `cnv_` and 26 characters */
        ConversationId: string;
        /** @description A page of the list, and how many conversations each view holds. */
        ConversationList: components["schemas"]["ConversationPage"] & {
            /** @description In the status asked for, all pages together. */
            counts: components["schemas"]["ViewCounts"];
        };
        /** @description A page of conversations. */
        ConversationPage: {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /** @description In the order of the list. */
            conversations: components["schemas"]["Conversation"][];
            /** @description Pass it as `cursor` for the next page; absent on the last. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description Conversations in this view and status, all pages together.
             */
            total: number;
        };
        /**
         * @description Where a conversation stands.
         * @enum {string}
         */
        ConversationStatus: "open" | "pending" | "snoozed" | "resolved";
        /** @description `cor_` and 26 characters */
        CorrelationId: string;
        /** @description Make a key. */
        CreateApiKey: {
            /** @description What it is for. */
            name: string;
        };
        /** @description Ask somebody to join. */
        CreateInvitation: {
            /** @description Their address. */
            email: string;
            /** @description What they may do once they are here. */
            role: components["schemas"]["Role"];
        };
        /** @description Make a label. */
        CreateLabel: {
            /** @description Its colour; grey where it is left out. */
            color?: components["schemas"]["LabelColor"];
            /** @description Its name: 1 to 40 characters on one line, as no other label of the workspace is called. */
            name: string;
        };
        /** @description Make a macro. */
        CreateMacro: {
            /** @description What it does: 1 to 10 actions. */
            actions: components["schemas"]["AutomationAction"][];
            /** @description What it is called: 1 to 80 characters on one line, unlike every other of the same holder. */
            name: string;
            /** @description For everybody; else for the caller alone. */
            shared?: boolean;
        };
        /** @description Have the browser that asks be reached while no page is open, as its `PushSubscription` says (W3C Push API). */
        CreatePushSubscription: {
            /** @description Where messages for it go: https, at most 1,024 characters. */
            endpoint: string;
            /** @description Keys of the browser's. */
            keys: components["schemas"]["PushKeys"];
        };
        /** @description Make a rule. */
        CreateRule: {
            /** @description What it does: 1 to 10 actions. */
            actions: components["schemas"]["AutomationAction"][];
            /** @description It acts at once. */
            enabled: boolean;
            /** @description What it is called: 1 to 80 characters on one line, unlike every other. */
            name: string;
            /** @description What it begins with. */
            when: components["schemas"]["RuleWhen"];
        };
        /** @description Keep words. */
        CreateSavedReply: {
            /** @description What it is called up by: at most 40 letters, digits, `-`, `_` and `.`, and unlike every other of the same holder. */
            name: string;
            /** @description For everybody; else for the caller alone. */
            shared?: boolean;
            /** @description Its words, at most 4,096 characters. */
            text: string;
        };
        /** @description Make a team. */
        CreateTeam: {
            /** @description How conversations come to somebody of it; by hand where it is left out. */
            assignment?: components["schemas"]["Assignment"];
            /** @description Who is in it: at most 500 people. */
            members?: components["schemas"]["UserId"][];
            /** @description Its name: 1 to 100 characters, as no other team of the workspace is called. */
            name: string;
        };
        /** @description Make a template and submit it. */
        CreateTemplate: components["schemas"]["TemplateDraft"] & {
            /** @description The channel of the account it belongs to. */
            channel_id: components["schemas"]["ChannelId"];
        };
        /** @description Add a member. */
        CreateUser: {
            /** @description Their address. */
            email: string;
            /** @description Their name. */
            name: string;
            /** @description Their first password. */
            password: string;
            /** @description What they may do. */
            role: components["schemas"]["Role"];
        };
        /** @description Keep a filter and an order. */
        CreateView: {
            /** @description Which conversations: at most 12 conditions. */
            filter: components["schemas"]["FilterCondition"][];
            /** @description What it is called: 1 to 60 characters on one line, unlike every other of the same holder. */
            name: string;
            /** @description For everybody; else for the caller alone. */
            shared?: boolean;
            /** @description In which order. */
            sort?: components["schemas"]["ListSort"];
        };
        /** @description A new key. */
        CreatedApiKey: components["schemas"]["ApiKey"] & {
            /** @description The key itself; shown once. */
            api_key: string;
        };
        /** @description An update that could be stored but not applied. */
        DeadLetterEntry: {
            /** @description When it came. */
            at: components["schemas"]["Timestamp"];
            blob?: null | components["schemas"]["BlobId"];
            /** @description The channel it came through. */
            channel_id: components["schemas"]["ChannelId"];
            /** @description Its id. */
            id: components["schemas"]["DeadLetterId"];
            /** @description The update as it came; absent above 16 KiB. */
            raw?: string | null;
            /** @description Why it could not be applied. */
            reason: string;
        };
        /** @description `dea_` and 26 characters */
        DeadLetterId: string;
        /** @description Updates that could be stored but not applied. */
        DeadLetterList: {
            /** @description Newest first. */
            dead_letters: components["schemas"]["DeadLetterEntry"][];
            /** @description Pass it as `cursor` for the next page; absent on the last. */
            next_cursor?: string | null;
        };
        /** @description When a message leaves, about, and what it waits for. */
        Departure: {
            /** @description When, about. */
            at: components["schemas"]["Timestamp"];
            /** @description What it waits for, in plain words. */
            because: string;
        };
        /**
         * @description From whom to whom.
         * @enum {string}
         */
        Direction: "in" | "out";
        /** @description What the caller began to write in a conversation. Where that is nothing its version is 0. */
        Draft: components["schemas"]["DraftWords"] & {
            /** @description Where. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Which of several writings this is: it grows.
             */
            version: number;
        };
        /** @description The caller's drafts. */
        DraftList: {
            /** @description Of each conversation one. */
            drafts: components["schemas"]["Draft"][];
        };
        /**
         * @description What is being written.
         * @enum {string}
         */
        DraftMode: "reply" | "note";
        /** @description What was written and not sent. */
        DraftWords: {
            /** @description Which of the two was being written. */
            mode?: components["schemas"]["DraftMode"];
            /** @description To colleagues, at most 16,000 characters. */
            note?: string;
            /** @description To the customer, at most 16,000 characters. */
            reply?: string;
            reply_to?: null | components["schemas"]["MessageId"];
        };
        /** @description By which doors somebody comes in here who is not signed in. */
        Entrances: {
            /** @description Mail stays here and is shown at `/outbox`: this server is for trying things out. */
            outbox: boolean;
            /** @description A forgotten password can be set anew by mail. */
            password_reset: boolean;
            /** @description Strangers may make an account and a workspace. */
            sign_up: boolean;
        };
        /**
         * @description Where a value comes from.
         * @enum {string}
         */
        FillSource: "text" | "name" | "first_name" | "phone" | "username";
        /** @description A saved reply as it reads in a conversation. */
        FilledReply: {
            /** @description Its words; what could not be filled stands there as its placeholder still. */
            text: string;
            /** @description What could not be filled, each once, in order. */
            unfilled: string[];
        };
        /**
         * @description One condition on a conversation. It holds where the conversation has any of what is named; with `not`, where it has
         *     none of it. A filter is a list of conditions, of which all must hold.
         */
        FilterCondition: {
            /** @description In any of these. */
            any: components["schemas"]["ConversationStatus"][];
            /** @enum {string} */
            field: "status";
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @description Any of these. */
            any?: components["schemas"]["UserId"][];
            /** @enum {string} */
            field: "assignee";
            /** @description Or whoever looks. */
            me?: boolean;
            /** @description Or nobody. */
            nobody?: boolean;
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @description Any of these. */
            any?: components["schemas"]["TeamId"][];
            /** @enum {string} */
            field: "team";
            /** @description Or none. */
            none?: boolean;
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @description Any of these. */
            any: components["schemas"]["ChannelId"][];
            /** @enum {string} */
            field: "channel";
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @description Any of these. */
            any?: components["schemas"]["LabelId"][];
            /** @enum {string} */
            field: "label";
            /** @description Or none at all. */
            none?: boolean;
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @description Any of these. */
            any: components["schemas"]["Priority"][];
            /** @enum {string} */
            field: "priority";
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @enum {string} */
            field: "unread";
            /** @description Not so. */
            not?: boolean;
        } | {
            /**
             * Format: int32
             * @description For so many minutes or more.
             */
            at_least_minutes?: number | null;
            /** @enum {string} */
            field: "waiting";
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @description Any of these. */
            any: components["schemas"]["FilterWindow"][];
            /** @enum {string} */
            field: "window";
            /** @description Not so. */
            not?: boolean;
        } | {
            /** @enum {string} */
            field: "snoozed";
            /** @description Not so. */
            not?: boolean;
            /**
             * Format: int32
             * @description And comes back within so many hours.
             */
            within_hours?: number | null;
        } | {
            /** @enum {string} */
            field: "created";
            /** @description Longer ago. */
            not?: boolean;
            /**
             * Format: int32
             * @description Within so many hours before now.
             */
            within_hours: number;
        } | {
            /** @enum {string} */
            field: "active";
            /** @description Longer ago. */
            not?: boolean;
            /**
             * Format: int32
             * @description Within so many hours before now.
             */
            within_hours: number;
        };
        /**
         * @description How a window stands, as filters name it.
         * @enum {string}
         */
        FilterWindow: "open" | "closing" | "closed" | "none";
        /**
         * @description How often a message had been passed on before it came here.
         * @enum {string}
         */
        Forwarded: "once" | "often";
        /** @description Somebody who was found. */
        FoundContact: {
            /** @description The address by which they were found, where it was not their name. */
            address?: components["schemas"]["TextPart"][];
            /** @description As they are now. */
            contact: components["schemas"]["Contact"];
            /** @description Their conversations, the newest first, at most 5, without `last_message`. */
            conversations: components["schemas"]["Conversation"][];
            /** @description Their name. */
            name: components["schemas"]["TextPart"][];
        };
        /** @description People who were found. */
        FoundContacts: {
            /** @description The best first. */
            hits: components["schemas"]["FoundContact"][];
            /** @description For the next page, with `kind=contacts`. */
            next_cursor?: string | null;
        };
        /** @description A conversation that was found. */
        FoundConversation: {
            /** @description As it is now, without `last_message`. */
            conversation: components["schemas"]["Conversation"];
            /** @description The name of whom it is with. */
            name: components["schemas"]["TextPart"][];
        };
        /** @description Conversations that were found. */
        FoundConversations: {
            /** @description The best first. */
            hits: components["schemas"]["FoundConversation"][];
            /** @description For the next page, with `kind=conversations`. */
            next_cursor?: string | null;
        };
        /** @description A message that was found. */
        FoundMessage: {
            /** @description Its conversation, without `last_message`. */
            conversation: components["schemas"]["Conversation"];
            /** @description As it is now. */
            message: components["schemas"]["Message"];
            /** @description What of its words is shown. */
            parts: components["schemas"]["TextPart"][];
        };
        /** @description Messages that were found. */
        FoundMessages: {
            /** @description The best first. */
            hits: components["schemas"]["FoundMessage"][];
            /** @description For the next page, with `kind=messages`. */
            next_cursor?: string | null;
        };
        /** @description Who answers in a conversation by themselves: one bot, agents, or nobody. */
        HandledBy: {
            bot?: null | components["schemas"]["Sender"];
            /**
             * Format: int64
             * @description The token of a bot that handed it over by itself: what it had queued by then still goes.
             */
            finishing?: number | null;
            /** @description Which of them. */
            kind: components["schemas"]["HandlerKind"];
            /**
             * Format: int64
             * @description Grows with every change of hands: what carries an earlier one goes no more.
             */
            token: number;
        };
        /**
         * @description Who may answer in a conversation by themselves.
         * @enum {string}
         */
        HandlerKind: "nobody" | "bot" | "agents";
        /** @description A file above an interactive message. */
        HeaderFile: {
            /** @description The name of a document. */
            filename?: string | null;
            /** @description The file, as the upload of it answered. */
            media_id: components["schemas"]["MediaId"];
        };
        /** @description A day on which it is closed. */
        Holiday: {
            /** @description Which, such as `2026-12-25`. */
            date: string;
            /** @description What it is called, at most 100 characters. */
            name?: string;
        };
        /** @description One address of a contact. */
        Identity: {
            /** @description Of what kind. */
            kind: components["schemas"]["IdentityKind"];
            /** @description The address: digits without `+` for a phone. */
            value: string;
        };
        /**
         * @description The kinds of address.
         * @enum {string}
         */
        IdentityKind: "bsuid" | "parent_bsuid" | "wa_id" | "phone" | "username";
        /** @description Words with something to tap. */
        Interactive: {
            /** @description What there is to tap. */
            action: components["schemas"]["InteractiveAction"];
            /** @description The words, at most 1,024 characters; with a list 4,096. */
            body: string;
            /** @description Small words below them, at most 60 characters. */
            footer?: string | null;
            header?: null | components["schemas"]["InteractiveHeader"];
        };
        /** @description What there is to tap. */
        InteractiveAction: {
            /** @description The buttons; no id and no title twice. */
            buttons: components["schemas"]["ReplyButton"][];
            /** @enum {string} */
            type: "buttons";
        } | {
            /** @description The words on the button, at most 20 characters. */
            button: string;
            /** @description One to ten sections with at most ten rows together. */
            sections: components["schemas"]["ListSection"][];
            /** @enum {string} */
            type: "list";
        } | {
            /** @description The words on the button, at most 20 characters. */
            display_text: string;
            /** @enum {string} */
            type: "cta_url";
            /** @description The page. */
            url: string;
        } | {
            /** @enum {string} */
            type: "location_request";
        } | {
            /** @enum {string} */
            type: "contact_request";
        };
        /** @description What stands above an interactive message. */
        InteractiveHeader: {
            /** @description The words. */
            text: string;
            /** @enum {string} */
            type: "text";
        } | {
            /** @description The picture. */
            image: components["schemas"]["HeaderFile"];
            /** @enum {string} */
            type: "image";
        } | {
            /** @enum {string} */
            type: "video";
            /** @description The film. */
            video: components["schemas"]["HeaderFile"];
        } | {
            /** @description The file. */
            document: components["schemas"]["HeaderFile"];
            /** @enum {string} */
            type: "document";
        };
        /** @description An invitation that was not accepted yet. */
        Invitation: {
            /** @description When they were first asked. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Who is asked. */
            email: string;
            /** @description Until when it can be accepted. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["InvitationId"];
            /** @description Who asks. */
            invited_by: components["schemas"]["UserId"];
            /** @description What these were called then. */
            invited_by_name: string;
            /** @description Whoever opens it may join in their name: it is for them alone. Not told to who may not ask for this role. */
            link?: string | null;
            /** @description How its mail stands. */
            mail: components["schemas"]["MailStanding"];
            /** @description Why it was not sent, where that is known. */
            mail_problem?: string | null;
            /** @description What they may do once they are here. */
            role: components["schemas"]["Role"];
        };
        /** @description `inv_` and 26 characters */
        InvitationId: string;
        /** @description The invitations that were not accepted yet. */
        InvitationList: {
            /** @description They are sent by mail, too. */
            by_mail: boolean;
            /** @description Newest first. */
            invitations: components["schemas"]["Invitation"][];
        };
        /** @description What an invitation says to whoever has its token. */
        InvitationSeen: {
            /** @description Who is asked. */
            email: string;
            /** @description Until when it can be accepted. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description The address has an account, whose password opens it; else a name and a password are to be chosen. */
            has_account: boolean;
            /** @description Who asks. */
            invited_by: string;
            /** @description What they may do there. */
            role: components["schemas"]["Role"];
            /** @description The workspace's name. */
            workspace: string;
        };
        /** @description A word that conversations are sorted by. The workspace has them; a conversation can have several. */
        Label: {
            /** @description Its colour. */
            color: components["schemas"]["LabelColor"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["LabelId"];
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Counts its changes: its `ETag`.
             */
            version: number;
        };
        /**
         * @description The colours of labels. Each has a shade for light and for dark.
         * @enum {string}
         */
        LabelColor: "grey" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "purple" | "pink";
        /** @description `lbl_` and 26 characters */
        LabelId: string;
        /** @description The labels of a workspace. */
        LabelList: {
            /** @description By name. */
            labels: components["schemas"]["Label"][];
        };
        /**
         * @description Put labels on a conversation and take others off. Those that it has already, or has not, change nothing, so that two
         *     who label at once do not undo each other.
         */
        LabelsRequest: {
            /** @description Those to put on, at most 20. */
            add?: components["schemas"]["LabelId"][];
            /** @description Those to take off, at most 20. */
            remove?: components["schemas"]["LabelId"][];
        };
        /** @description How a customer rated last. */
        LastRating: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description From 1 to 5.
             */
            score: number;
        };
        /**
         * @description How something stands.
         * @enum {string}
         */
        LightState: "good" | "attention" | "bad" | "unknown" | "past";
        /**
         * @description What a light is about.
         * @enum {string}
         */
        LightSubject: "token" | "number" | "webhook" | "messages" | "quality" | "limit" | "name" | "templates" | "phone_contacts" | "phone_history";
        /** @description A row of a list. */
        ListRow: {
            /** @description More words, at most 72 characters. */
            description?: string | null;
            /** @description Comes back with the answer, at most 200 characters. */
            id: string;
            /** @description The words, at most 24 characters. */
            title: string;
        };
        /** @description A section of a list. */
        ListSection: {
            /** @description Its rows. */
            rows: components["schemas"]["ListRow"][];
            /** @description Its title, at most 24 characters; needed where there are several. */
            title?: string | null;
        };
        /**
         * @description The orders of the list.
         * @enum {string}
         */
        ListSort: "newest" | "oldest" | "waiting" | "window" | "next_up";
        /** @description How one of us is to be found, and what they have. */
        LiveAgent: {
            /**
             * Format: int64
             * @description Open conversations that they have.
             */
            open: number;
            /** @description How they are to be found. */
            state: components["schemas"]["PresenceState"];
            /** @description Who. */
            user_id: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description Of these, those in which the customer waits.
             */
            waiting: number;
            waiting_since?: null | components["schemas"]["Timestamp"];
        };
        /** @description How it stands on a channel. */
        LiveChannel: components["schemas"]["LiveFigures"] & {
            /** @description Which. */
            channel_id: components["schemas"]["ChannelId"];
        };
        /** @description How conversations stand at this moment. */
        LiveFigures: {
            /**
             * Format: int64
             * @description People who are there and take conversations.
             */
            available: number;
            /**
             * Format: int64
             * @description Over a target.
             */
            missed: number;
            /**
             * Format: int64
             * @description Open.
             */
            open: number;
            /**
             * Format: int64
             * @description Pending.
             */
            pending: number;
            /**
             * Format: int64
             * @description Put aside.
             */
            snoozed: number;
            /**
             * Format: int64
             * @description Of these, those that nobody has and no bot answers.
             */
            unassigned: number;
            /**
             * Format: int64
             * @description In which the customer waits for an answer.
             */
            waiting: number;
            waiting_since?: null | components["schemas"]["Timestamp"];
        };
        /** @description How it stands at this moment. */
        LiveReport: {
            /** @description Whoever answers customers. */
            agents: components["schemas"]["LiveAgent"][];
            /** @description It includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /** @description When it was looked at. */
            at: components["schemas"]["Timestamp"];
            /** @description Of each channel that has conversations. */
            channels: components["schemas"]["LiveChannel"][];
            /** @description Of each team, and of what is with none. */
            teams: components["schemas"]["LiveTeam"][];
            /** @description Of the whole workspace. */
            total: components["schemas"]["LiveFigures"];
        };
        /** @description How it stands with a team. */
        LiveTeam: components["schemas"]["LiveFigures"] & {
            team_id?: null | components["schemas"]["TeamId"];
        };
        /** @description A place. */
        Location: {
            /** @description Where it is, in words. */
            address?: string | null;
            /**
             * Format: double
             * @description Degrees north, -90 to 90.
             */
            latitude: number;
            /**
             * Format: double
             * @description Degrees east, -180 to 180.
             */
            longitude: number;
            /** @description What it is called. */
            name?: string | null;
            /** @description A page about it. */
            url?: string | null;
        };
        /** @description Look at an invitation. */
        LookAtInvitation: {
            /** @description What stands behind the `#` of its link. */
            token: string;
        };
        /** @description A macro: what somebody does with a conversation again and again, done at once. */
        Macro: {
            /** @description What it does, one after the other. */
            actions: components["schemas"]["AutomationAction"][];
            /** @description Its id. */
            id: components["schemas"]["MacroId"];
            /** @description What it is called. */
            name: string;
            /** @description It is everybody's; else the caller's alone. */
            shared: boolean;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who did that. */
            updated_by: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description How often it was changed: its `ETag`.
             */
            version: number;
        };
        /** @description `mac_` and 26 characters */
        MacroId: string;
        /** @description The macros that the caller sees. */
        MacroList: {
            /** @description By name; the caller's own and the workspace's. */
            macros: components["schemas"]["Macro"][];
        };
        /**
         * @description How a mail stands.
         * @enum {string}
         */
        MailStanding: "none" | "waiting" | "sent" | "failed";
        /** @description Say of notifications that they are read, or that they are not. */
        MarkNotifications: {
            /** @description Which, at most 200; all there are when left out. */
            ids?: components["schemas"]["NotificationId"][] | null;
            /** @description Whether they are read. */
            read: boolean;
        };
        /** @description Who is signed in, and where. */
        Me: {
            /** @description Send it as `X-CSRF-Token` with every request that changes something; absent for API keys. */
            csrf_token?: string | null;
            /** @description What their role lets them do. */
            permissions: components["schemas"]["Permission"][];
            /** @description The person or, for an API key, the key's name. */
            user: components["schemas"]["User"];
            /** @description The workspace. */
            workspace: components["schemas"]["Workspace"];
            /** @description Every workspace they belong to, this one among them, by name; for an API key this one alone. */
            workspaces: components["schemas"]["Workspace"][];
        };
        /** @description What is known of a file. */
        MediaFacts: {
            /** @description Whether it moves, of a WebP once it is here. */
            animated?: boolean | null;
            /** @description Its name. */
            filename?: string | null;
            /**
             * Format: int32
             * @description Height in pixels, once known.
             */
            height?: number | null;
            /** @description Its id. */
            media_id: components["schemas"]["MediaId"];
            /** @description What it is, by its bytes once it is here. */
            mime_type: string;
            /** @description Why it is not here, in plain words with what to do. */
            problem?: string | null;
            /**
             * Format: int64
             * @description Its size in bytes, once known.
             */
            size?: number | null;
            /** @description Is it here? */
            state: components["schemas"]["MediaState"];
            /** @description There is a small picture of it. */
            thumbnail?: boolean;
            /**
             * Format: int32
             * @description Width in pixels, once known.
             */
            width?: number | null;
        };
        /** @description `med_` and 26 characters */
        MediaId: string;
        /**
         * @description As what a file is sent.
         * @enum {string}
         */
        MediaKind: "image" | "video" | "audio" | "document" | "sticker";
        /** @description A link to a file, for whoever has it. */
        MediaLink: {
            /** @description Until when it is good. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Its address, from the server's root on. */
            url: string;
        };
        /**
         * @description Is a file here?
         * @enum {string}
         */
        MediaState: "waiting" | "ready" | "failed";
        /** @description Somebody was mentioned in a note and has not looked at it. */
        Mention: {
            /**
             * Format: int64
             * @description The newest such note.
             */
            seq: number;
            /** @description Who. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description An item of a conversation. */
        Message: components["schemas"]["Content"] & {
            /** @description When we took it. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description Provider requests made for it.
             */
            attempts?: number;
            charged?: null | components["schemas"]["Charged"];
            /** @description Its conversation. */
            conversation_id: components["schemas"]["ConversationId"];
            correlation_id?: null | components["schemas"]["CorrelationId"];
            decision?: null | components["schemas"]["SendDecision"];
            deleted_at?: null | components["schemas"]["Timestamp"];
            /** @description From the customer or from us. */
            direction: components["schemas"]["Direction"];
            edited_at?: null | components["schemas"]["Timestamp"];
            error?: null | components["schemas"]["MessageError"];
            forwarded?: null | components["schemas"]["Forwarded"];
            held_until?: null | components["schemas"]["Timestamp"];
            /** @description When each state was reached, by the provider's clock where it is the provider's state. */
            history?: components["schemas"]["StateAt"][];
            /** @description Its id. */
            id: components["schemas"]["MessageId"];
            /** @description It is out of the history of WhatsApp's app on the business' phone: older than it stands, and nobody's new mail. */
            imported?: boolean;
            /** @description It arrived after something written more than a minute later; it stands where it was committed. */
            late?: boolean;
            not_before?: null | components["schemas"]["Timestamp"];
            product?: null | components["schemas"]["ProductRef"];
            provider_at?: null | components["schemas"]["Timestamp"];
            /** @description The provider's id, once known. */
            provider_id?: string | null;
            quote?: null | components["schemas"]["Quote"];
            rating?: null | components["schemas"]["RatingPart"];
            /** @description The emojis on it, one for each person at most. */
            reactions?: components["schemas"]["Reaction"][];
            referral?: null | components["schemas"]["Referral"];
            /** @description The message it answers, by its provider id. */
            reply_to?: string | null;
            scheduled?: null | components["schemas"]["Schedule"];
            /** @description Who sent it. */
            sent_by: components["schemas"]["Sender"];
            /**
             * Format: int64
             * @description Its place: gapless within the conversation, in commit order.
             */
            seq: number;
            /** @description How far it got. */
            state: components["schemas"]["MessageState"];
            /**
             * Format: int64
             * @description The conversation's version at its last change; a client drops the older of two.
             */
            version: number;
        };
        /** @description Why a message failed. */
        MessageError: {
            /** @description Ours (`window_closed`, `contact_blocked`, …) or `whatsapp_` and the provider's number. */
            code: string;
            /** @description In plain words, with what to do. */
            message: string;
        };
        /** @description `msg_` and 26 characters */
        MessageId: string;
        /** @description A page of a conversation: the newest first, ascending `seq` within. */
        MessagePage: {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /** @description There are older ones before the first. */
            has_more: boolean;
            /** @description Ascending `seq`. */
            messages: components["schemas"]["Message"][];
        };
        /**
         * @description How far a message got.
         * @enum {string}
         */
        MessageState: "received" | "recorded" | "scheduled" | "queued" | "sending" | "sent" | "delivered" | "read" | "played" | "failed" | "unknown" | "cancelled";
        /** @description A private note. */
        Note: {
            /** @description The words, at most 16,000 characters. */
            body: string;
            /** @description Colleagues whom it is for, at most 20: they hear of it. */
            mentions?: components["schemas"]["UserId"][];
        };
        /** @description Something that somebody was told of. */
        Notification: {
            /** @description When it happened last. */
            at: components["schemas"]["Timestamp"];
            /** @description The colleague whose act it was, by name. */
            by?: string | null;
            by_rule?: null | components["schemas"]["AssignedBy"];
            /** @description Of what. */
            class: components["schemas"]["NotificationClass"];
            /** @description Whom the conversation is with. */
            contact: string;
            /** @description Where. */
            conversation_id: components["schemas"]["ConversationId"];
            /**
             * Format: int64
             * @description How many messages of the customer it stands for; 1 where it is not about those.
             */
            count: number;
            /** @description Its id: the same for the messages of one burst. */
            id: components["schemas"]["NotificationId"];
            /** @description They have seen it. */
            read: boolean;
            /**
             * Format: int64
             * @description The item to look at first.
             */
            seq?: number | null;
            sla?: null | components["schemas"]["NotificationSla"];
            state?: null | components["schemas"]["MessageState"];
            /** @description The beginning of what was written, at most 140 characters on one line. */
            text?: string | null;
        };
        /**
         * @description Of what somebody is told, the most urgent first.
         * @enum {string}
         */
        NotificationClass: "mention" | "assigned" | "new" | "unassigned" | "sla" | "failed";
        /** @description `ntf_` and 26 characters */
        NotificationId: string;
        /** @description How somebody hears of each class. */
        NotificationMatrix: {
            /** @description What is given to them. */
            assigned: components["schemas"]["NotificationWays"];
            /** @description Their messages that failed. */
            failed: components["schemas"]["NotificationWays"];
            /** @description Mentions. */
            mention: components["schemas"]["NotificationWays"];
            /** @description Messages in what is theirs. */
            new: components["schemas"]["NotificationWays"];
            /** @description Targets. */
            sla: components["schemas"]["NotificationWays"];
            /** @description Messages in what is nobody's. */
            unassigned: components["schemas"]["NotificationWays"];
        };
        /** @description Notifications of the caller, newest first. */
        NotificationPage: {
            /** @description Where the next page begins; absent at the end. */
            next_cursor?: string | null;
            /** @description Those of this page. */
            notifications: components["schemas"]["Notification"][];
            /**
             * Format: int64
             * @description Notifications that are not read, of all there are.
             */
            unread_count: number;
        };
        /** @description How the caller wants to be told of things. */
        NotificationSettings: {
            /** @description Mentions are told also while it is quiet. */
            mentions_always?: boolean;
            paused_until?: null | components["schemas"]["Timestamp"];
            quiet_hours?: null | components["schemas"]["QuietHours"];
            /** @description What was written may be shown outside the page, as on the screen of a locked phone. */
            show_text?: boolean;
            /** @description By the clock of which zone, as IANA names it, such as `Europe/Amsterdam`. */
            time_zone?: string;
            /**
             * Format: int32
             * @description How loud sounds are, from 0 to 100.
             */
            volume?: number;
            /** @description By class. */
            ways: components["schemas"]["NotificationMatrix"];
            /** @description Also while they say that they are away. */
            while_away?: boolean;
            /** @description Also while no page of theirs is open. */
            while_offline?: boolean;
        };
        /** @description A target that is about to be missed, or was. */
        NotificationSla: {
            /** @description When it is due, or was. */
            due_at: components["schemas"]["Timestamp"];
            /** @description It was missed. */
            missed: boolean;
            /** @description Which. */
            target: components["schemas"]["SlaTarget"];
        };
        /** @description Ways in which somebody hears of something, beside the list, where everything of a class stands of which any is set. */
        NotificationWays: {
            /** @description By the desktop, while a page is open. */
            desktop?: boolean;
            /** @description On the page, for a moment. */
            page?: boolean;
            /** @description By the browser, while no page is open. */
            push?: boolean;
            /** @description By a sound. */
            sound?: boolean;
        };
        /** @description What was marked: those that were not so before, to be taken back. */
        NotificationsMarked: {
            /** @description Which. */
            ids: components["schemas"]["NotificationId"][];
            /**
             * Format: int64
             * @description Notifications that are not read.
             */
            unread_count: number;
        };
        /** @description What the provider says of a number. Its own words, so that what is new there is shown as it is. */
        NumberFacts: {
            /** @description Whether it was proved that the number is the business': `VERIFIED` and others. */
            code_verification_status?: string | null;
            /** @description It is used in the phone's app as well. */
            coexistence: boolean;
            /** @description The number, as people read it. */
            display_phone_number?: string | null;
            /**
             * @description How many people may be written to outside their windows in 24 hours, all numbers of the portfolio together:
             *     `TIER_250` and others.
             */
            messaging_limit?: string | null;
            /** @description Where that name stands in the provider's review: `APPROVED` and others. */
            name_status?: string | null;
            /** @description `GREEN`, `YELLOW`, `RED` or `UNKNOWN`. */
            quality?: string | null;
            /** @description `CONNECTED` and others. */
            status?: string | null;
            /**
             * Format: int32
             * @description Messages that may go in a second.
             */
            throughput_per_second: number;
            /** @description The name that customers see. */
            verified_name?: string | null;
        };
        /** @description An interval of a weekday. What goes on past midnight is two of them. */
        OpenHours: {
            /** @description The day. */
            day: components["schemas"]["Weekday"];
            /** @description From when on, such as `09:00`. */
            from: string;
            /** @description Until when, such as `17:30`; `24:00` is the end of the day. */
            to: string;
        };
        /** @description How long something took in business hours. */
        OpenTimes: {
            /**
             * Format: int64
             * @description Seconds on average.
             */
            average_s: number;
            /**
             * Format: int64
             * @description Seconds that half of them took at most, about.
             */
            median_s: number;
            /**
             * Format: int64
             * @description Seconds that nine of ten took at most, about.
             */
            p90_s: number;
        };
        /** @description What the customer ordered. */
        Order: {
            /** @description The catalogue. */
            catalog_id: string;
            /** @description What, and how many. */
            products: components["schemas"]["OrderedProduct"][];
            /** @description Words with it. */
            text?: string | null;
        };
        /** @description One line of an order. */
        OrderedProduct: {
            /** @description ISO 4217. */
            currency: string;
            /** @description The price of one, as a decimal number. */
            price: string;
            /** @description The product's id in our shop. */
            product_id: string;
            /**
             * Format: int64
             * @description How many.
             */
            quantity: number;
        };
        /**
         * @description How a code gets from the message to where it is asked for.
         * @enum {string}
         */
        OtpKind: "copy_code" | "one_tap" | "zero_tap";
        /** @description A mail that stayed here. */
        OutboxMail: {
            /** @description When it was sent. */
            at: components["schemas"]["Timestamp"];
            /** @description What it is about. */
            subject: string;
            /** @description What it says. */
            text: string;
            /** @description To whom. */
            to: string;
        };
        /** @description The mail that stayed here. */
        OutboxMails: {
            /** @description Newest first, at most a hundred. */
            mails: components["schemas"]["OutboxMail"][];
        };
        /** @description How the caller is to be found. */
        OwnPresence: components["schemas"]["Presence"] & {
            /**
             * Format: int32
             * @description Minutes without a sign after which they count as away; 0: never.
             */
            away_after_minutes: number;
        };
        /** @description Say who answers in a conversation by themselves. */
        OwnershipRequest: {
            /**
             * @description `bot`: a program takes it for itself, where nobody has it; a colleague gives it back to the one that had it last.
             *     `agents`: a program hands it over; a colleague steps in. `nobody`: whoever has it lets it go.
             */
            to: components["schemas"]["HandlerKind"];
        };
        /**
         * @description Something that some roles may do.
         * @enum {string}
         */
        Permission: "read" | "answer" | "manage_templates" | "manage_replies" | "manage_channels" | "manage_people" | "manage_teams" | "manage_inbox" | "manage_keys" | "replay_deliveries" | "see_audit" | "see_reports";
        /** @description How one of us is to be found. */
        Presence: {
            /** @description What they say of themselves. */
            availability: components["schemas"]["Availability"];
            since?: null | components["schemas"]["Timestamp"];
            /** @description How. */
            state: components["schemas"]["PresenceState"];
            /** @description Who. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description How everybody is to be found. It holds for one epoch of the stream: in another, ask again. */
        PresenceList: {
            /** @description The snapshot includes everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /**
             * Format: int32
             * @description Minutes without a sign of the caller after which they count as away; 0: never.
             */
            away_after_minutes: number;
            /** @description Everybody of the workspace. */
            people: components["schemas"]["Presence"][];
        };
        /**
         * @description How somebody is to be found.
         * @enum {string}
         */
        PresenceState: "online" | "busy" | "away" | "offline";
        /**
         * @description What the provider counts a message as.
         * @enum {string}
         */
        PriceCategory: "service" | "utility" | "authentication" | "marketing";
        /**
         * @description How urgent a conversation is, as people say it.
         * @enum {string}
         */
        Priority: "none" | "low" | "medium" | "high" | "urgent";
        /** @description Say how urgent a conversation is. */
        PriorityRequest: {
            /** @description How urgent. */
            priority: components["schemas"]["Priority"];
        };
        /** @description RFC 9457 problem details. */
        Problem: {
            /** @description What others of us wrote since the caller looked, oldest first, with `teammate_replied`. */
            changed?: components["schemas"]["Message"][];
            /** @description What is wrong, for programs; stable. */
            code: string;
            /** @description Finds this request in the logs. */
            correlation_id: components["schemas"]["CorrelationId"];
            /** @description What is wrong this time and what to do. */
            detail: string;
            /** @description The part of the request that is wrong. */
            field?: string | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What is wrong, for people. */
            title: string;
            /** @description A page about this kind of problem. */
            type: string;
        };
        /** @description A product that a message is about. */
        ProductRef: {
            /** @description The catalogue. */
            catalog_id: string;
            /** @description The product's id in our shop. */
            product_id: string;
        };
        /** @description Products under a title. */
        ProductSection: {
            /** @description The products, by their ids in the catalogue. */
            products: string[];
            /** @description The title, at most 24 characters. */
            title: string;
        };
        /** @description An entry of a chain in a proof. */
        ProofEntry: {
            /** @description SHA-256 over the hash before (32 zero bytes before the first) and the bytes of `record`; hexadecimal. */
            hash: string;
            /** @description The text that is hashed, JSON: a `ConsentRecord`. */
            record: string;
        };
        /** @description What holds for the messages of one purpose. */
        PurposeOutlook: {
            /** @description Which. */
            purpose: components["schemas"]["SendPurpose"];
            /** @description One after the other: the first holds now, each until the next begins. */
            spans: components["schemas"]["SendSpan"][];
        };
        /** @description Keys of a browser's: what is pushed is encrypted for them (RFC 8291). */
        PushKeys: {
            /** @description A secret of 16 bytes in base64url. */
            auth: string;
            /** @description A point of P-256, uncompressed: 65 bytes in base64url. */
            p256dh: string;
        };
        /** @description A browser that is reached while no page is open. */
        PushSubscription: {
            /** @description What the browser called itself. */
            browser?: string | null;
            /** @description Since when. */
            created_at: components["schemas"]["Timestamp"];
            /** @description It belongs to the sign-in that asks. */
            current: boolean;
            /** @description Its id. */
            id: components["schemas"]["PushSubscriptionId"];
            /** @description Who passes messages on to it: a host. */
            service: string;
        };
        /** @description `psh_` and 26 characters */
        PushSubscriptionId: string;
        /** @description What a browser needs to be reached while no page is open. */
        PushSubscriptionList: {
            /** @description The key by which browsers know this server (RFC 8292), 65 bytes in base64url; absent where nothing is pushed. */
            public_key?: string | null;
            /** @description The caller's browsers. */
            subscriptions: components["schemas"]["PushSubscription"][];
        };
        /** @description Hours without sounds and without anything that pops up. */
        QuietHours: {
            /** @description On these days; of hours that go past midnight that on which they begin. Empty: never. */
            days: components["schemas"]["Weekday"][];
            /** @description From when on, such as `22:00`. */
            from: string;
            /** @description Until when, such as `07:00`; before `from` it is on the next day. The same: the whole day. */
            to: string;
        };
        /** @description The message that another answers, as far as we know it. */
        Quote: {
            /** @description Who wrote it. */
            author?: string | null;
            /**
             * Format: int64
             * @description Its place in the conversation.
             */
            seq?: number | null;
            /** @description Its first words, at most 200 characters. */
            text?: string | null;
            /** @description Its type. */
            type: string;
        };
        /** @description What a message has to do with a rating. */
        RatingPart: {
            /**
             * Format: int64
             * @description The line by which what is rated was resolved.
             */
            of: number;
            /** @enum {string} */
            part: "ask";
        } | {
            /**
             * Format: int64
             * @description The line by which what is rated was resolved.
             */
            of: number;
            /** @enum {string} */
            part: "rating";
            /**
             * Format: int32
             * @description From 1 to 5.
             */
            score: number;
        } | {
            /**
             * Format: int64
             * @description The line by which what is rated was resolved.
             */
            of: number;
            /** @enum {string} */
            part: "comment";
        } | {
            /**
             * Format: int64
             * @description The line by which what it is about was resolved.
             */
            of: number;
            /** @enum {string} */
            part: "spare";
        };
        /** @description Whether customers are asked for a rating once a conversation is resolved, and how. */
        RatingSettings: {
            /** @description They are asked. */
            ask: boolean;
            /** @description The words on the button, 1 to 20 characters where they are asked. */
            button: string;
            /**
             * Format: int32
             * @description Minutes after the resolution, 0 to 720; opened again before, they are not asked.
             */
            delay_minutes: number;
            /**
             * Format: int32
             * @description Days within which one person is asked once, 1 to 365.
             */
            every_days: number;
            /** @description The question, 1 to 1,024 characters where they are asked. */
            question: string;
        };
        /** @description Whether customers are asked for a rating. */
        RatingSettingsStanding: {
            settings?: null | components["schemas"]["RatingSettings"];
        };
        /** @description An emoji that stands on a message. */
        Reaction: {
            /** @description When, by the provider's clock where it is the customer's. */
            at: components["schemas"]["Timestamp"];
            /** @description Whose. */
            by: components["schemas"]["Sender"];
            /** @description The emoji. */
            emoji: string;
        };
        /** @description An emoji for a message. */
        ReactionRequest: {
            /** @description The emoji; empty takes back the one before. */
            emoji: string;
            /** @description The message, by its provider id. */
            provider_id: string;
        };
        /** @description A read mark that was stored. */
        ReadAnswer: {
            /** @description The mark. */
            read: components["schemas"]["ReadMark"];
            /**
             * Format: int64
             * @description What is left unread.
             */
            unread_count: number;
        };
        /** @description How far somebody has read. */
        ReadMark: {
            /** @description The conversation. */
            conversation_id: components["schemas"]["ConversationId"];
            /**
             * Format: int64
             * @description Messages of the customer they have read.
             */
            inbound_count: number;
            /** @description Who. */
            user_id: components["schemas"]["UserId"];
        };
        /** @description Say how far the caller has read. */
        ReadRequest: {
            /**
             * Format: int64
             * @description Messages of the customer read so far; all of them when left out.
             */
            inbound_count?: number | null;
            /**
             * Format: int64
             * @description Notes that mention the caller seen so far, by the `seq` of the newest.
             */
            mention_seq?: number | null;
        };
        /** @description Record what somebody said outside of Switchboard. */
        RecordConsent: {
            at?: null | components["schemas"]["Timestamp"];
            /** @description Yes or no. */
            choice: components["schemas"]["ConsentChoice"];
            /** @description How they said it. */
            how: components["schemas"]["RecordedHow"];
            /**
             * @description What finds it: a form's address, a file and its row, a ticket, at most 500 characters. Needed of a form and of an
             *     import, which nobody of us can vouch for.
             */
            reference?: string | null;
            /** @description A remark, at most 500 characters. */
            remark?: string | null;
            /** @description About what. */
            scope: components["schemas"]["ConsentScope"];
        };
        /**
         * @description How somebody said outside of Switchboard what they want.
         * @enum {string}
         */
        RecordedHow: "form" | "import" | "in_person" | "phone" | "written" | "program";
        /** @description The ad or the page's button through which the customer came. */
        Referral: {
            /** @description Its words. */
            body?: string | null;
            /** @description What the click is known by, for the ad's statistics. */
            click_id?: string | null;
            /** @description Its headline. */
            headline?: string | null;
            /** @description `ad` or `post`. */
            source: string;
            /** @description Its id at the provider. */
            source_id?: string | null;
            /** @description Where it stands. */
            url?: string | null;
            /** @description What WhatsApp greeted the customer with. */
            welcome?: string | null;
        };
        /** @description How many updates that could not be applied were applied now. */
        Replayed: {
            /**
             * Format: int64
             * @description Applied and gone from the list.
             */
            applied: number;
            /**
             * Format: int64
             * @description Still there.
             */
            left: number;
        };
        /** @description A button whose tap is an answer. */
        ReplyButton: {
            /** @description Comes back with the answer, at most 256 characters. */
            id: string;
            /** @description The words on it, at most 20 characters. */
            title: string;
        };
        /**
         * @description What stands for something that is known when a reply is used.
         * @enum {string}
         */
        ReplyPlaceholder: "contact.name" | "contact.first_name" | "contact.phone" | "contact.username" | "agent.name" | "agent.first_name" | "workspace.name";
        /** @description How many first answers took so long. */
        ReportBand: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * Format: int64
             * @description At least so many seconds.
             */
            from_s: number;
            /**
             * Format: int64
             * @description Less than so many; absent where it is any.
             */
            to_s?: number | null;
        };
        /** @description Figures of what happened. */
        ReportFigures: {
            /**
             * Format: int64
             * @description Customers who were asked for a rating.
             */
            asked: number;
            /**
             * Format: int64
             * @description Of these, who gave one.
             */
            asked_rated: number;
            /**
             * Format: int64
             * @description Messages that programs sent.
             */
            automatic: number;
            /**
             * Format: int64
             * @description Of these, those that a program alone had answered.
             */
            by_bot: number;
            /**
             * Format: int64
             * @description Of these, those that we began.
             */
            by_us: number;
            /** @description From a customer's first message to a person's first answer. */
            first_response: components["schemas"]["ReportTimes"];
            /**
             * Format: int64
             * @description Conversations that were opened, each time anew.
             */
            opened: number;
            /** @description Ratings of 1, 2, 3, 4 and 5. */
            ratings: number[];
            /**
             * Format: int64
             * @description Messages of customers.
             */
            received: number;
            /**
             * Format: int64
             * @description Of these, those that had been resolved before.
             */
            reopened: number;
            /** @description From opening to resolution. */
            resolution: components["schemas"]["ReportTimes"];
            /**
             * Format: int64
             * @description Conversations that were resolved.
             */
            resolved: number;
            /**
             * Format: int64
             * @description Messages that people of us sent.
             */
            sent: number;
            /** @description From a customer's message that nobody answered yet to a person's answer. */
            waiting: components["schemas"]["ReportTimes"];
        };
        /**
         * @description In which steps time is shown.
         * @enum {string}
         */
        ReportGrain: "hour" | "day" | "week" | "month";
        /** @description What happened of one person, team or channel. */
        ReportGroupFigures: components["schemas"]["ReportFigures"] & {
            /** @description Its id; absent for what is of none. */
            id?: string | null;
            /** @description What it is called, where it is still there. */
            name?: string | null;
        };
        /** @description What happened in a span of time. */
        ReportHistory: {
            /** @description Of as many days before, for comparison. */
            before: components["schemas"]["ReportFigures"];
            /** @description Openings by the weekday from Monday on, and in it by the hour of the day. */
            busy: number[][];
            /** @description How soon customers were first answered. */
            first_response: components["schemas"]["ReportBand"][];
            /** @description From this instant on. */
            from: components["schemas"]["Timestamp"];
            /** @description In which steps the series goes. */
            grain: components["schemas"]["ReportGrain"];
            /** @description By the person, team or channel, where that was asked for: those of whom there is anything. */
            groups?: components["schemas"]["ReportGroupFigures"][];
            lag?: null | components["schemas"]["ReportLag"];
            /** @description Step by step, those in which nothing happened included. */
            series: components["schemas"]["ReportStep"][];
            /** @description The time zone whose days these are. */
            time_zone: string;
            /** @description Until before this one. */
            to: components["schemas"]["Timestamp"];
            /** @description Of all of it. */
            total: components["schemas"]["ReportFigures"];
        };
        /** @description What is not counted yet. */
        ReportLag: {
            /**
             * Format: int64
             * @description Events that are not counted.
             */
            events: number;
        };
        /** @description One conversation, answer or rating behind a figure. */
        ReportRow: {
            /** @description When it counted. */
            at: components["schemas"]["Timestamp"];
            /** @description A program wrote. */
            automatic: boolean;
            /** @description We began it. */
            by_us: boolean;
            /** @description On which channel. */
            channel_id: components["schemas"]["ChannelId"];
            /** @description Why, in the customer's words. */
            comment?: string | null;
            /** @description What the customer is called. */
            contact_name: string;
            /** @description The conversation. */
            conversation_id: components["schemas"]["ConversationId"];
            /**
             * Format: int64
             * @description Seconds until a person's first answer.
             */
            first_response_s?: number | null;
            /** @description When the conversation was opened. */
            opened_at: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description The rating, 1 to 5.
             */
            rating?: number | null;
            /** @description It had been resolved before. */
            reopened: boolean;
            /**
             * Format: int64
             * @description Seconds from opening to resolution.
             */
            resolution_s?: number | null;
            resolved_at?: null | components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description The item to look at there.
             */
            seq: number;
            team_id?: null | components["schemas"]["TeamId"];
            user_id?: null | components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description Seconds that the customer waited for this answer, where the row is one.
             */
            waited_s?: number | null;
        };
        /** @description Rows behind a figure. */
        ReportRows: {
            /** @description Where the next page begins; absent on the last. */
            next_cursor?: string | null;
            /** @description The newest first. */
            rows: components["schemas"]["ReportRow"][];
        };
        /** @description What happened in a step of time. */
        ReportStep: components["schemas"]["ReportFigures"] & {
            /** @description How it is called: `2026-11-27`, for an hour `2026-11-27T14:00`. */
            at: string;
            /** @description From this instant on. */
            from: components["schemas"]["Timestamp"];
            /** @description Until before this one. */
            to: components["schemas"]["Timestamp"];
        };
        /** @description How long something took. */
        ReportTimes: {
            /**
             * Format: int64
             * @description Seconds on average.
             */
            average_s?: number | null;
            /**
             * Format: int64
             * @description How many there were.
             */
            count: number;
            /**
             * Format: int64
             * @description Seconds that half of them took at most, about.
             */
            median_s?: number | null;
            open?: null | components["schemas"]["OpenTimes"];
            /**
             * Format: int64
             * @description Seconds that nine of ten took at most, about.
             */
            p90_s?: number | null;
        };
        /**
         * @description What a member may do.
         * @enum {string}
         */
        Role: "owner" | "admin" | "supervisor" | "agent" | "analyst";
        /**
         * @description What a rule begins with. What a rule did begins none.
         * @enum {string}
         */
        RuleEvent: "conversation_created" | "message_received" | "message_sent" | "conversation_opened" | "conversation_resolved" | "conversation_assigned" | "team_assigned" | "labelled" | "priority_set";
        /**
         * @description When business hours count for a rule.
         * @enum {string}
         */
        RuleHours: "open" | "closed";
        /** @description `rul_` and 26 characters */
        RuleId: string;
        /** @description What a trial found. Nothing was done. */
        RuleTrial: {
            /** @description Some of them, at most 20, last activity first. */
            conversations: components["schemas"]["TriedConversation"][];
            /**
             * Format: int64
             * @description Conversations that are now as the rule asks, all together: words and time that goes by are not looked at.
             */
            total: number;
        };
        /** @description What a rule begins with, and which conversations it is about. Everything that is said must hold. */
        RuleWhen: {
            /**
             * Format: int32
             * @description So many minutes later, at most 43,200 (thirty days); of a customer's message only if nobody answered it till
             *     then, of one of ours only if the customer did not write. At once where it is left out.
             */
            after_minutes?: number | null;
            /** @description What happens. */
            event: components["schemas"]["RuleEvent"];
            /** @description The conversation then, as in the list: at most 12 conditions; none on what is unread or one's own. */
            filter?: components["schemas"]["FilterCondition"][];
            hours?: null | components["schemas"]["RuleHours"];
            /** @description Any of these stands in the message, at most 50; with the events about messages. Capitals do not count. */
            words?: string[];
        };
        /** @description Run a macro in a conversation. */
        RunMacro: {
            /** @description Which. */
            macro_id: components["schemas"]["MacroId"];
            /**
             * Format: int64
             * @description The last `seq` that the caller saw: what the macro sends is refused where somebody else answered since.
             */
            seen_seq?: number | null;
        };
        /**
         * @description What came of a run.
         * @enum {string}
         */
        RunOutcome: "running" | "done" | "failed" | "held_back";
        /** @description Keep a draft. With nothing in it, there is none any more. */
        SaveDraft: components["schemas"]["DraftWords"] & {
            /**
             * Format: int64
             * @description The version that it goes on from; 0 where there was none.
             */
            base_version: number;
        };
        /** @description Words kept to be sent again. */
        SavedReply: {
            /** @description Its id. */
            id: components["schemas"]["SavedReplyId"];
            /** @description What it is called up by. */
            name: string;
            /** @description It is everybody's; else the caller's alone. */
            shared: boolean;
            /**
             * @description Its words, with their placeholders: `{{contact.first_name}}`, or with what to say where that is not known,
             *     `{{contact.first_name|there}}`.
             */
            text: string;
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who did that. */
            updated_by: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description How often it was changed: its `ETag`.
             */
            version: number;
        };
        /** @description `rpl_` and 26 characters */
        SavedReplyId: string;
        /** @description The saved replies that the caller can use. */
        SavedReplyList: {
            /** @description What can stand in their words for what is only known when one is used. */
            placeholders: components["schemas"]["ReplyPlaceholder"][];
            /** @description By name; the caller's own and the workspace's. */
            saved_replies: components["schemas"]["SavedReply"][];
        };
        /** @description A filter and an order that are kept under a name. */
        SavedView: {
            /** @description Which conversations. */
            filter: components["schemas"]["FilterCondition"][];
            /** @description Its id. */
            id: components["schemas"]["ViewId"];
            /** @description What it is called. */
            name: string;
            /** @description It is everybody's; else the caller's alone. */
            shared: boolean;
            /** @description In which order. */
            sort: components["schemas"]["ListSort"];
            /** @description When it was last changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description Who did that. */
            updated_by: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description How often it was changed: its `ETag`.
             */
            version: number;
        };
        /** @description How many conversations a view holds, as the caller sees it. */
        SavedViewCount: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description Which. */
            view_id: components["schemas"]["ViewId"];
        };
        /** @description How many conversations each view holds that the caller sees. */
        SavedViewCounts: {
            /** @description They include everything up to here. */
            as_of: components["schemas"]["StreamPosition"];
            /** @description One for each view. */
            counts: components["schemas"]["SavedViewCount"][];
        };
        /** @description The views that the caller sees. */
        SavedViewList: {
            /** @description By name; the caller's own and the workspace's. */
            views: components["schemas"]["SavedView"][];
        };
        /** @description When a message is to go. */
        Schedule: {
            /** @description At this time. */
            send_at: components["schemas"]["Timestamp"];
            /** @description Only if the customer has not written by then. */
            unless_reply?: boolean;
        };
        /** @description A message that is to go at a time. */
        ScheduleRequest: components["schemas"]["Schedule"] & {
            /** @description What. It is judged when it goes, and what a template is filled with when it is asked for. */
            message: components["schemas"]["SendRequest"];
        };
        /** @description What is to go at a time. */
        ScheduledList: {
            /** @description Soonest first. */
            messages: components["schemas"]["Message"][];
        };
        /** @description What was found, in groups, the best of each first. A group that was not asked for is empty. */
        SearchAnswer: {
            /** @description People outside. */
            contacts: components["schemas"]["FoundContacts"];
            /** @description Conversations, by whom they are with. */
            conversations: components["schemas"]["FoundConversations"];
            /** @description Time was up, or more words would answer than are looked at. */
            cut: boolean;
            lag?: null | components["schemas"]["SearchLag"];
            /** @description What was said. */
            messages: components["schemas"]["FoundMessages"];
            /**
             * @description There may be more, or better ones, than this: time was up, more words would answer than are looked at, or not
             *     everything is in the index yet.
             */
            partial: boolean;
        };
        /** @description What is not in the index yet. */
        SearchLag: {
            /**
             * Format: int64
             * @description Events that are not in it, so far as is known.
             */
            events: number;
            /** @description It is being made anew: much may be missing. */
            rebuilding: boolean;
            since?: null | components["schemas"]["Timestamp"];
        };
        /** @description One rule and how it came out. */
        SendCheck: {
            /** @description What was found, in plain words. */
            found: string;
            /** @description Nothing stands against it. */
            passed: boolean;
            /** @description Which rule. */
            rule: components["schemas"]["SendRule"];
        };
        /** @description What is to be sent. All but templates are allowed while the window is open. */
        SendContent: {
            /** @description The words. */
            text: components["schemas"]["Text"];
            /** @enum {string} */
            type: "text";
        } | {
            /** @description The template and its values. */
            template: components["schemas"]["TemplateRequest"];
            /** @enum {string} */
            type: "template";
        } | {
            /** @description The file. */
            image: components["schemas"]["SendFile"];
            /** @enum {string} */
            type: "image";
        } | {
            /** @enum {string} */
            type: "video";
            /** @description The file. */
            video: components["schemas"]["SendFile"];
        } | {
            /** @description The file. */
            audio: components["schemas"]["SendFile"];
            /** @enum {string} */
            type: "audio";
        } | {
            /** @description The file. */
            document: components["schemas"]["SendFile"];
            /** @enum {string} */
            type: "document";
        } | {
            /** @description The file. */
            sticker: components["schemas"]["SendFile"];
            /** @enum {string} */
            type: "sticker";
        } | {
            /** @description Where. */
            location: components["schemas"]["Location"];
            /** @enum {string} */
            type: "location";
        } | {
            /** @description One for each person, at most 257. */
            contacts: components["schemas"]["ContactCard"][];
            /** @enum {string} */
            type: "contacts";
        } | {
            /** @description The words, and what there is to tap. */
            interactive: components["schemas"]["Interactive"];
            /** @enum {string} */
            type: "interactive";
        } | {
            /** @description The emoji and the message. */
            reaction: components["schemas"]["SendReaction"];
            /** @enum {string} */
            type: "reaction";
        };
        /** @description What was decided when a message was last about to go a step further: the answer to "why was this not sent". */
        SendDecision: {
            /** @description It may go on. */
            allowed: boolean;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description What was looked at, in the order in which it counts: the first that is not passed is the reason. */
            checks: components["schemas"]["SendCheck"][];
            /** @description What it is charged as. */
            price: components["schemas"]["SendPrice"];
            /** @description Which step. */
            step: components["schemas"]["SendStep"];
        };
        /** @description A file to send. */
        SendFile: {
            /** @description Words with it, at most 1,024 characters; none with a sound or a sticker. */
            caption?: string | null;
            /** @description The name under which a document is shown; that of the upload where it is left out. */
            filename?: string | null;
            /** @description The file, as the upload of it answered. */
            media_id: components["schemas"]["MediaId"];
            /** @description A voice note; Ogg with Opus alone. */
            voice?: boolean;
        };
        /**
         * @description What may be sent in a conversation while somebody writes: the answer that a send of that moment would get, and from
         *     when on it is another.
         */
        SendOutlook: {
            /** @description When this was decided. */
            at: components["schemas"]["Timestamp"];
            /** @description The conversation. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description The contact's fields that a template's places can be filled with. */
            fields?: components["schemas"]["ContactField"][];
            next?: null | components["schemas"]["Departure"];
            /** @description What holds for each purpose. */
            purposes: components["schemas"]["PurposeOutlook"][];
            /** @description The conversation's messages that wait, oldest first, 50 at most. */
            waiting?: components["schemas"]["WaitingMessage"][];
        };
        /** @description What a message is charged as. */
        SendPrice: {
            amount?: null | components["schemas"]["Amount"];
            /** @description The category. */
            category: components["schemas"]["PriceCategory"];
            /** @description Whether it costs anything. */
            charge: components["schemas"]["Charge"];
            rate_from?: null | components["schemas"]["Timestamp"];
        };
        /**
         * @description What a message is for.
         * @enum {string}
         */
        SendPurpose: "answer" | "marketing" | "utility" | "authentication";
        /** @description An emoji for a message. */
        SendReaction: {
            /** @description The emoji; empty takes back the one before. */
            emoji: string;
            /** @description The message, not older than 30 days. */
            message_id: components["schemas"]["MessageId"];
        };
        /** @description Why a message may not be sent: the words of a refused send in their parts. */
        SendRefusal: {
            /** @description For programs; stable. */
            code: string;
            /** @description Why, in plain words. */
            reason: string;
            /** @description What to do. */
            what_to_do: string;
        };
        /** @description A message to send. */
        SendRequest: components["schemas"]["SendContent"] & {
            /**
             * Format: int32
             * @description Seconds in which it waits and can be taken back, at most 30; what is written after it waits behind it.
             */
            hold_s?: number | null;
            /**
             * Format: int64
             * @description The token with which the calling program has the conversation (`handled_by`): refused with `ownership_lost` at every
             *     step on its way where it has it no more. For programs that answer by themselves.
             */
            ownership_token?: number | null;
            reply_to?: null | components["schemas"]["MessageId"];
            /**
             * Format: int64
             * @description The highest `seq` that its writer saw. Where somebody else of us answered since, it is refused with
             *     `teammate_replied` and what they wrote; what the customer wrote since does not matter. Left out, nobody looks.
             */
            seen_seq?: number | null;
        };
        /**
         * @description A rule of sending.
         * @enum {string}
         */
        SendRule: "contact" | "consent" | "window" | "template" | "channel" | "ownership";
        /** @description What holds from a time on. */
        SendSpan: {
            /** @description From when on. */
            from: components["schemas"]["Timestamp"];
            /** @description What a message is charged as. */
            price: components["schemas"]["SendPrice"];
            refused?: null | components["schemas"]["SendRefusal"];
        };
        /**
         * @description A step of a message on its way out.
         * @enum {string}
         */
        SendStep: "composed" | "queued" | "turn" | "request";
        /** @description Who sent a message. */
        Sender: {
            /** @description Their id, where they have one. */
            id?: string | null;
            /** @description What they are. */
            kind: components["schemas"]["SenderKind"];
            /** @description Their name. */
            name?: string | null;
        };
        /**
         * @description What a sender is.
         * @enum {string}
         */
        SenderKind: "agent" | "flow" | "campaign" | "api" | "customer" | "phone_app" | "system" | "rule";
        /** @description A button of a template as it was sent. */
        SentTemplateButton: {
            /**
             * Format: int32
             * @description Its place, from 0.
             */
            index: number;
            /** @description What it does. */
            kind: components["schemas"]["TemplateButtonKind"];
            /** @description Where it leads: the whole address of a page, or the number that it calls. */
            leads_to?: string | null;
            /** @description The products that it opens. */
            sections?: components["schemas"]["ProductSection"][];
            /** @description The words on it. */
            text: string;
            /** @description What was given with the send. */
            value?: string | null;
        };
        /** @description A card as it was sent. */
        SentTemplateCard: {
            /** @description Values for the placeholders of its words, in order. */
            body?: components["schemas"]["TemplateParameter"][];
            /** @description Its buttons, with what was given for them. */
            buttons?: components["schemas"]["SentTemplateButton"][];
            header_file?: null | components["schemas"]["TemplateFile"];
            header_product?: null | components["schemas"]["TemplateProduct"];
            /** @description Its words with the values filled in. */
            text?: string;
        };
        /** @description An offer as it was sent. */
        SentTemplateOffer: {
            ends_at?: null | components["schemas"]["Timestamp"];
            /** @description Its words. */
            text: string;
        };
        /** @description Say how one is to be found; what is left out stays. */
        SetAvailability: {
            availability?: null | components["schemas"]["Availability"];
            /**
             * Format: int32
             * @description After how many minutes without a sign one counts as away: 1 to 240, or 0 for never.
             */
            away_after_minutes?: number | null;
        };
        /** @description Set when people answer. */
        SetBusinessHours: {
            hours?: null | components["schemas"]["BusinessHours"];
        };
        /** @description Set whether customers are asked for a rating. */
        SetRatingSettings: {
            settings?: null | components["schemas"]["RatingSettings"];
        };
        /** @description Sign in. */
        SignIn: {
            /** @description The account's address. */
            email: string;
            /** @description Its password. */
            password: string;
        };
        /** @description What the provider's dialog came back with. */
        SignUpCode: {
            /** @description The code, good for 30 seconds, once. */
            code: string;
        };
        /** @description Whether a number can be connected through the provider's own sign-up, and how it begins. */
        SignUpOptions: {
            /** @description The installation has a Meta app for it. */
            available: boolean;
            /** @description The address of the provider's dialog, to which `redirect_uri` and `state` are added; absent where there is none. */
            dialog_url?: string | null;
            /** @description The same for a number that stays in WhatsApp's app on the business' phone. */
            phone_dialog_url?: string | null;
            /** @description Where the dialog comes back to; it must be among the app's valid redirect addresses at the provider. */
            redirect_uri?: string | null;
        };
        /** @description A sign-up that the provider confirmed: which number is to be connected is to be chosen. */
        SignedUp: {
            /** @description The numbers that were shared in the dialog. */
            numbers: components["schemas"]["AccountNumber"][];
            /** @description Stands for the token at this server for ten minutes; sealed, it says nothing to anybody else. */
            ticket: string;
        };
        /** @description How soon customers are to be answered: the first policy that fits a conversation counts. */
        SlaPolicies: {
            /** @description In the order in which they are looked at, at most 20. */
            policies: components["schemas"]["SlaPolicy"][];
        };
        /** @description Targets for conversations. One that is left out is none. */
        SlaPolicy: {
            /** @description Only on one of these channels; on any where it is empty. */
            channel_ids?: components["schemas"]["ChannelId"][];
            /**
             * Format: int32
             * @description Minutes to a person's first answer, 1 to 86,400.
             */
            first_response_minutes?: number | null;
            /** @description What it is called, 1 to 100 characters, as no other. */
            name: string;
            /**
             * Format: int32
             * @description Minutes to each answer after that, 1 to 86,400.
             */
            next_response_minutes?: number | null;
            /**
             * Format: int32
             * @description Minutes until it is resolved, 1 to 86,400.
             */
            resolution_minutes?: number | null;
            /** @description Only with one of these teams; of any, or of none, where it is empty. */
            team_ids?: components["schemas"]["TeamId"][];
            /** @description Only open hours count: the team's, or the workspace's where it has none of its own. */
            within_hours?: boolean;
        };
        /** @description How a conversation stands to its targets. */
        SlaStanding: {
            /** @description The policy, by its name. */
            policy: string;
            /** @description What is counted, at most one each of an answer and of the resolution. */
            timers: components["schemas"]["SlaTimer"][];
        };
        /**
         * @description What is due.
         * @enum {string}
         */
        SlaTarget: "first_response" | "next_response" | "resolution";
        /** @description Something that is due. */
        SlaTimer: {
            due_at?: null | components["schemas"]["Timestamp"];
            missed_at?: null | components["schemas"]["Timestamp"];
            /** @description What. */
            target: components["schemas"]["SlaTarget"];
            warned_at?: null | components["schemas"]["Timestamp"];
        };
        /** @description A ticket that opens one socket within a minute. */
        SocketTicket: {
            /** @description Until when. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Pass it as `?ticket=`. */
            ticket: string;
        };
        /** @description Start a conversation with a new or known address. */
        StartConversation: {
            /** @description The channel to write from. */
            channel_id: components["schemas"]["ChannelId"];
            contact_id?: null | components["schemas"]["ContactId"];
            message?: null | components["schemas"]["SendRequest"];
            /** @description The person's name, for a contact that is new. */
            name?: string | null;
            /** @description The phone number in international form, with or without `+`. */
            phone?: string | null;
        };
        /** @description A conversation that was started or found, and the message that was queued with it. */
        StartedConversation: components["schemas"]["Conversation"] & {
            message?: null | components["schemas"]["Message"];
        };
        /** @description A state, when it was reached, and why. */
        StateAt: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            by?: null | components["schemas"]["Sender"];
            error?: null | components["schemas"]["MessageError"];
            /** @description The state. */
            state: components["schemas"]["MessageState"];
        };
        /** @description Set a conversation's status. */
        StatusRequest: {
            snoozed_until?: null | components["schemas"]["Timestamp"];
            /** @description The new status. */
            status: components["schemas"]["ConversationStatus"];
        };
        /**
         * @description What came of one action.
         * @enum {string}
         */
        StepOutcome: "done" | "same" | "failed";
        /** @description A place in a tenant's stream: a snapshot includes everything up to it. */
        StreamPosition: {
            /** @description The activation of the stream; offsets of different epochs do not compare. */
            epoch: string;
            /**
             * Format: int64
             * @description The last event included.
             */
            offset: number;
        };
        /** @description Go on in another workspace. */
        SwitchWorkspace: {
            /** @description Which. */
            workspace_id: components["schemas"]["TenantId"];
        };
        /**
         * @description What a system line tells.
         * @enum {string}
         */
        SystemEvent: "assigned" | "unassigned" | "team_assigned" | "team_unassigned" | "priority_set" | "labelled" | "unlabelled" | "opened" | "reopened" | "pending" | "snoozed" | "resolved" | "blocked" | "unblocked" | "number_changed" | "identity_changed" | "welcomed" | "stopped_everything" | "stopped_marketing" | "started_again" | "started_marketing" | "merged" | "bot_took" | "handed_over" | "stepped_in" | "let_go" | "rated";
        /** @description A line the system wrote. */
        SystemLine: {
            /** @description Who did it, where a person did. */
            actor?: string | null;
            by?: null | components["schemas"]["Sender"];
            by_rule?: null | components["schemas"]["AssignedBy"];
            /** @description What happened. */
            event: components["schemas"]["SystemEvent"];
            /** @description What it was done to or with: the name of an assignee or a team, a status, a new number. */
            subject?: string | null;
        };
        /** @description People of a workspace who answer together. Whoever answers can be in several, or in none. */
        Team: {
            /** @description How what is with it, and nobody's, comes to somebody of it. */
            assignment?: components["schemas"]["Assignment"];
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Its id. */
            id: components["schemas"]["TeamId"];
            /** @description Who is in it. */
            members: components["schemas"]["UserId"][];
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Counts its changes; the older of two is dropped.
             */
            version: number;
        };
        /** @description How many conversations are with a team. */
        TeamCount: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description Which. */
            team_id: components["schemas"]["TeamId"];
        };
        /** @description `team_` and 26 characters */
        TeamId: string;
        /** @description The teams of a workspace. */
        TeamList: {
            /** @description By name. */
            teams: components["schemas"]["Team"][];
        };
        /** @description Put a conversation with a team, or with none. */
        TeamRequest: {
            team_id?: null | components["schemas"]["TeamId"];
        };
        /** @description A message template at the provider. */
        Template: {
            authentication?: null | components["schemas"]["TemplateAuthentication"];
            /** @description The body's words, with placeholders. */
            body: string;
            /** @description Examples for the placeholders of the body, in order. */
            body_examples?: string[];
            /** @description Placeholders of the body, by name or number, in order. */
            body_parameters: string[];
            /** @description Its buttons, in order. */
            buttons?: components["schemas"]["TemplateButton"][];
            /** @description Its cards, in order. */
            cards?: components["schemas"]["TemplateCard"][];
            /** @description `MARKETING`, `UTILITY` or `AUTHENTICATION`. */
            category: string;
            /** @description What is not as it was when somebody last looked. */
            changes?: components["schemas"]["TemplateChange"][];
            /** @description What fills its places unless somebody writes something else. */
            fills?: components["schemas"]["TemplateFill"][];
            /** @description The footer's words. */
            footer?: string | null;
            /** @description The header's words, with placeholders. */
            header?: string | null;
            /** @description Examples for the placeholders of the header, in order. */
            header_examples?: string[];
            header_format?: null | components["schemas"]["TemplateHeaderFormat"];
            /** @description Placeholders of the header, by name or number, in order. */
            header_parameters: string[];
            /** @description Its id at the provider. */
            id?: string | null;
            /** @description Its language. */
            language: string;
            /** @description Its name. */
            name: string;
            /** @description Placeholders go by name. */
            named: boolean;
            offer?: null | components["schemas"]["TemplateOffer"];
            /** @description How customers take it: `GREEN`, `YELLOW`, `RED` or `UNKNOWN`. */
            quality?: string | null;
            /** @description Why the provider refused it, in its words. */
            rejected_reason?: string | null;
            /** @description This version can send it: it knows everything that the template is made of. */
            sendable: boolean;
            /** @description `APPROVED` and others. */
            status: string;
        };
        /** @description What is chosen of a template with a code, whose words are the provider's. */
        TemplateAuthentication: {
            /** @description It says besides that the code is not to be shared. */
            add_security_recommendation?: boolean;
            /**
             * Format: int32
             * @description It says besides that the code expires in so many minutes: 1 to 90.
             */
            code_expiration_minutes?: number | null;
            /** @description What its button does. */
            otp: components["schemas"]["OtpKind"];
            /** @description The app that takes the code by itself, with `one_tap` and `zero_tap`: its package name. */
            package_name?: string | null;
            /** @description The app's signing key, hashed: 11 characters. */
            signature_hash?: string | null;
            /** @description The words on the button, at most 25 characters; else the provider's own. */
            text?: string | null;
        };
        /** @description A button of a template. */
        TemplateButton: {
            /** @description An example of the value. */
            example?: string | null;
            /** @description Which form it opens, by its id at the provider. */
            flow_id?: string | null;
            /** @description What it does. */
            kind: components["schemas"]["TemplateButtonKind"];
            /** @description Each send must give it a value. */
            needs_value?: boolean;
            /** @description Whom it calls. */
            phone_number?: string | null;
            /** @description The words on it. */
            text?: string;
            /** @description Where it leads; `{{1}}` at its end is given with each send. */
            url?: string | null;
        };
        /**
         * @description What a button of a template does.
         * @enum {string}
         */
        TemplateButtonKind: "quick_reply" | "url" | "phone_number" | "copy_code" | "flow" | "catalog" | "products" | "product" | "other";
        /** @description The value of a template's button, in a request to send it. */
        TemplateButtonValue: {
            /**
             * Format: int32
             * @description The button's place, from 0.
             */
            index: number;
            /** @description The products that the button opens, where it opens a list of them. */
            sections?: components["schemas"]["ProductSection"][];
            /**
             * @description The end of the address, the code, the payload or token that comes back, or the id of the product whose picture
             *     is shown.
             */
            value: string;
        };
        /** @description A card of a template with cards to swipe through. */
        TemplateCard: {
            /** @description Its words, with placeholders, at most 160 characters; products have none. */
            body?: string;
            /** @description Examples for these, in order. */
            body_examples?: string[];
            /** @description Placeholders of its words, by name or number, in order. */
            body_parameters?: string[];
            /** @description One or two. */
            buttons?: components["schemas"]["TemplateButton"][];
            header_file?: null | components["schemas"]["MediaId"];
            /** @description What stands above its words: a picture, a film or a product, given with each send. */
            header_format: components["schemas"]["TemplateHeaderFormat"];
        };
        /** @description What a send gives a card of a template. */
        TemplateCardValues: {
            /** @description Values for the placeholders of its words, in order. */
            body?: components["schemas"]["TemplateParameter"][];
            /** @description Values for its buttons. */
            buttons?: components["schemas"]["TemplateButtonValue"][];
            header_file?: null | components["schemas"]["HeaderFile"];
            header_product?: null | components["schemas"]["TemplateProduct"];
        };
        /**
         * @description What a template is for, as the provider filed it.
         * @enum {string}
         */
        TemplateCategory: "marketing" | "utility" | "authentication" | "other";
        /** @description Something of a template that is not what it was when somebody last looked. */
        TemplateChange: {
            /** @description It is not so yet: the provider says that it will be. */
            announced?: boolean;
            /** @description When, by the provider's clock. */
            at: components["schemas"]["Timestamp"];
            /** @description What it was. */
            from?: string | null;
            /** @description In plain words, with what it means for the price or for sending. */
            message: string;
            /** @description What it is, or will be. */
            to: string;
            /** @description What. */
            what: components["schemas"]["TemplateFact"];
        };
        /** @description A template with the values it is sent with. */
        TemplateContent: {
            /** @description Values for the placeholders of the body, in order. */
            body?: components["schemas"]["TemplateParameter"][];
            /** @description Its buttons, with what was given for them. */
            buttons?: components["schemas"]["SentTemplateButton"][];
            /** @description Its cards, with what was given for them. */
            cards?: components["schemas"]["SentTemplateCard"][];
            category?: null | components["schemas"]["TemplateCategory"];
            /** @description The footer's words. */
            footer?: string | null;
            /** @description Values for the placeholders of the header, in order. */
            header?: components["schemas"]["TemplateParameter"][];
            header_file?: null | components["schemas"]["TemplateFile"];
            header_location?: null | components["schemas"]["Location"];
            header_product?: null | components["schemas"]["TemplateProduct"];
            /** @description The header's words with the values filled in, where it has words. */
            header_text?: string | null;
            /** @description Its language at the provider, such as `en_US`. */
            language: string;
            /** @description Its name at the provider. */
            name: string;
            offer?: null | components["schemas"]["SentTemplateOffer"];
            /** @description The words with the values filled in, as far as we know the template. */
            text?: string | null;
        };
        /** @description A template to be made, or what it is to become. What is left out is not there. */
        TemplateDraft: {
            authentication?: null | components["schemas"]["TemplateAuthentication"];
            /** @description The body's words, at most 1,024 characters; empty with `authentication`, whose words are fixed. */
            body?: string;
            /** @description An example for each placeholder of the body, in order. */
            body_examples?: string[];
            /** @description At most ten; quick replies stand together. */
            buttons?: components["schemas"]["TemplateButton"][];
            /** @description Two to ten cards to swipe through, all built alike, below the body. */
            cards?: components["schemas"]["TemplateCard"][];
            /** @description `MARKETING`, `UTILITY` or `AUTHENTICATION`. */
            category: string;
            /** @description The footer's words, at most 60 characters. */
            footer?: string | null;
            /** @description The header's words, at most 60 characters with at most one placeholder. */
            header?: string | null;
            /** @description An example for each placeholder of the header, in order. */
            header_examples?: string[];
            header_file?: null | components["schemas"]["MediaId"];
            header_format?: null | components["schemas"]["TemplateHeaderFormat"];
            /** @description Such as `en_US`. */
            language: string;
            /** @description `a` to `z`, digits and `_`, at most 512 characters. */
            name: string;
            offer?: null | components["schemas"]["TemplateOffer"];
        };
        /**
         * @description What may become another of a template.
         * @enum {string}
         */
        TemplateFact: "status" | "quality" | "category" | "components";
        /** @description A file above the body of a template that is sent. */
        TemplateFile: {
            /** @description The name of a document. */
            filename?: string | null;
            /** @description As what. */
            kind: components["schemas"]["MediaKind"];
            /** @description The file. */
            media_id: components["schemas"]["MediaId"];
        };
        /** @description What fills one place of a template unless somebody writes something else. */
        TemplateFill: {
            /**
             * Format: int32
             * @description The card that the part is of, from 0.
             */
            card?: number | null;
            /** @description The part: `header`, `body`, `button`. */
            part: components["schemas"]["TemplatePart"];
            /** @description The placeholder's name or number; of a button its place, from 0. */
            placeholder: string;
            /** @description From where. */
            source: components["schemas"]["FillSource"];
            /** @description The words, with `text`. */
            text?: string | null;
        };
        /**
         * @description What stands above a template's body.
         * @enum {string}
         */
        TemplateHeaderFormat: "text" | "image" | "video" | "document" | "location" | "product" | "other";
        /** @description The templates of a channel. */
        TemplateList: {
            /** @description Why they could not be read now: these are as they were then. */
            problem?: string | null;
            /** @description When they were read from the provider. */
            read_at: components["schemas"]["Timestamp"];
            /** @description By name and language. */
            templates: components["schemas"]["Template"][];
        };
        /** @description An offer that ends, below what stands above a template's body. */
        TemplateOffer: {
            /** @description Each send says when it ends, and the time left is shown. */
            ends?: boolean;
            /** @description Its words, at most 16 characters. */
            text: string;
        };
        /** @description The value of one placeholder. */
        TemplateParameter: {
            /** @description The placeholder's name, where the template names them; else they go by order. */
            name?: string | null;
            /** @description The value: no line break, no tab, no run of more than four spaces. */
            text: string;
        };
        /**
         * @description A part of a template that takes values.
         * @enum {string}
         */
        TemplatePart: "header" | "body" | "button";
        /** @description Change a template, say what fills it, or say that its changes were seen; what is left out stays. */
        TemplatePatch: {
            /** @description The channel of the account it belongs to. */
            channel_id: components["schemas"]["ChannelId"];
            draft?: null | components["schemas"]["TemplateDraft"];
            /** @description What fills its places. */
            fills?: components["schemas"]["TemplateFill"][] | null;
            /** @description Its changes were seen: they are flagged no more. */
            seen?: boolean;
        };
        /** @description A product of a catalogue. */
        TemplateProduct: {
            /** @description The catalogue, by its id at the provider. */
            catalog_id: string;
            /** @description The product, by its id in the catalogue. */
            product_id: string;
        };
        /** @description A template to send, with its values. */
        TemplateRequest: {
            /** @description Values for the body's placeholders, in order. */
            body?: components["schemas"]["TemplateParameter"][];
            /** @description Values for its buttons. */
            buttons?: components["schemas"]["TemplateButtonValue"][];
            /** @description Values for each of its cards, in order. */
            cards?: components["schemas"]["TemplateCardValues"][];
            /**
             * @description Places that a field of the contact fills, or fixed words; `header` and `body` give values for the others, in
             *     order. Refused where the contact does not have the field.
             */
            fills?: components["schemas"]["TemplateFill"][];
            /** @description Values for the header's placeholders, in order. */
            header?: components["schemas"]["TemplateParameter"][];
            header_file?: null | components["schemas"]["HeaderFile"];
            header_location?: null | components["schemas"]["Location"];
            header_product?: null | components["schemas"]["TemplateProduct"];
            /** @description Its language. */
            language: string;
            /** @description Its name. */
            name: string;
            offer_ends_at?: null | components["schemas"]["Timestamp"];
        };
        /** @description `wsp_` and 26 characters */
        TenantId: string;
        /** @description Words. */
        Text: {
            /** @description The words, at most 4,096 characters. */
            body: string;
        };
        /** @description A part of a text. Text, and never markup. */
        TextPart: {
            /** @description It is what was asked for. */
            found?: boolean;
            /** @description As it is written. */
            text: string;
        };
        /** Format: date-time */
        Timestamp: string;
        /** @description A conversation that a rule would be about. */
        TriedConversation: {
            /** @description Which. */
            conversation_id: components["schemas"]["ConversationId"];
            /** @description The contact's name. */
            name: string;
        };
        /** @description Which conversations a rule would be about now. */
        TryRule: {
            /** @description What it begins with. */
            when: components["schemas"]["RuleWhen"];
        };
        /** @description A message of a kind this version cannot show. */
        Unsupported: {
            blob?: null | components["schemas"]["BlobId"];
            /** @description The provider's name of the kind. */
            kind: string;
            /** @description The message as JSON, as it came; absent above 16 KiB. */
            raw?: string | null;
        };
        /** @description A person who signs in. */
        User: {
            /** @description Their address. */
            email: string;
            /** @description Their id. */
            id: components["schemas"]["UserId"];
            /** @description Their name. */
            name: string;
            /** @description What they may do. */
            role: components["schemas"]["Role"];
        };
        /** @description `usr_` and 26 characters */
        UserId: string;
        /** @description The people of the workspace. */
        UserList: {
            /** @description By name. */
            users: components["schemas"]["User"][];
        };
        /** @description How many conversations each view holds. */
        ViewCounts: {
            /**
             * Format: int64
             * @description Everybody's.
             */
            all: number;
            /**
             * Format: int64
             * @description The caller's.
             */
            mine: number;
            /** @description Each team's. */
            teams?: components["schemas"]["TeamCount"][];
            /**
             * Format: int64
             * @description Nobody's.
             */
            unassigned: number;
        };
        /** @description `view_` and 26 characters */
        ViewId: string;
        /** @description A message that waits. */
        WaitingMessage: {
            leaves?: null | components["schemas"]["Departure"];
            /** @description Which. */
            message_id: components["schemas"]["MessageId"];
        };
        /**
         * @description A day of the week.
         * @enum {string}
         */
        Weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
        /** @description WhatsApp's customer service window. */
        Window: {
            expires_at?: null | components["schemas"]["Timestamp"];
            free_until?: null | components["schemas"]["Timestamp"];
            /** @description Is it open? */
            kind: components["schemas"]["WindowKind"];
            opened_by?: null | components["schemas"]["MessageId"];
        };
        /**
         * @description The states of the window.
         * @enum {string}
         */
        WindowKind: "none" | "open" | "free_entry" | "closed";
        /** @description A workspace. */
        Workspace: {
            /** @description Its id. */
            id: components["schemas"]["TenantId"];
            /** @description Its name. */
            name: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    api_keys_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    api_keys_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiKey"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    api_keys_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ApiKeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_set: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Assignment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description About this part of the workspace. */
                area?: "access" | "people" | "keys" | "teams" | "channels" | "writing" | "contacts" | "conversations" | "inbox";
                /** @description By the person or the key with this id. */
                by?: string;
                /** @description About the member, team, channel, contact, conversation … with this id. */
                about?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many, 1 to 200. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_runs: {
        parameters: {
            query?: {
                /** @description Of this rule. */
                rule_id?: components["schemas"]["RuleId"];
                /** @description Of this macro. */
                macro_id?: components["schemas"]["MacroId"];
                /** @description In this conversation. */
                conversation_id?: components["schemas"]["ConversationId"];
                /** @description Of which this came. */
                outcome?: components["schemas"]["RunOutcome"];
                /** @description An earlier answer's `next_cursor`. */
                cursor?: string;
                /** @description How many, at most 100; 50 where it is left out. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutomationRunPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    availability_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresenceList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    availability_set: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetAvailability"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnPresence"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bulk_changes_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkJobList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bulk_changes_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkJob"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bulk_changes_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["BulkId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkJob"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bulk_changes_failures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["BulkId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkFailureList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bulk_changes_undo: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["BulkId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkJob"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_business_hours: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BusinessHoursStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_set_business_hours: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetBusinessHours"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BusinessHoursStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectChannel"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_try_out: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectChannel"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedNumber"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_sign_up_options: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignUpOptions"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_sign_up: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUpCode"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedUp"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_connect_signed_up: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectSignedUp"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ChannelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_delete: {
        parameters: {
            query?: {
                /**
                 * @description Remove the token, the secrets and what is known of the number for good: late webhooks do not verify any more, and
                 *     the number would be connected as a new channel.
                 */
                erase?: boolean;
            };
            header?: never;
            path: {
                id: components["schemas"]["ChannelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ChannelId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeChannel"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    channels_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ChannelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_consent_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentKey"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_list: {
        parameters: {
            query?: {
                /**
                 * @description Only those whose name has a word that begins with each of these, or whose number has these digits in it; at most 100
                 *     characters. A page may then hold few or none and have a `next_cursor` all the same: so far was looked.
                 */
                search?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many, 1 to 100. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ContactId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The contact's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["ContactId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContactPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The contact's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_consent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ContactId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactConsent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_record_consent: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ContactId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordConsent"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContactConsent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    contacts_consent_proof: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ContactId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentProof"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_list: {
        parameters: {
            query?: {
                /** @description `mine`, `unassigned`, `all`, or `team:` and a team's id. */
                view?: string;
                /** @description In which status, or `any`; `open` unless asked otherwise. */
                status?: "any" | "open" | "pending" | "snoozed" | "resolved";
                /**
                 * @description What else must hold: a JSON list of at most 12 conditions, as views have them, such as
                 *     `[{"field":"priority","any":["urgent"]}]`.
                 */
                filter?: string;
                /** @description In which order; `newest` activity first unless asked otherwise. */
                sort?: "newest" | "oldest" | "waiting" | "window" | "next_up";
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Instead of that, how many to pass over: for a place far down. */
                from?: number;
                /** @description How many, 1 to 100. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartConversation"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedConversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_assign: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drafts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drafts_save: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SaveDraft"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_labels: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    macros_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunMacro"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutomationRun"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages_list: {
        parameters: {
            query?: {
                /** @description Only those before this `seq`; the newest page when left out. */
                before_seq?: number;
                /** @description How many, 1 to 200. */
                limit?: number;
            };
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages_send: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendDecision"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
                message_id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    messages_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
                message_id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_note: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Note"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_ownership: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnershipRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_permission: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendOutlook"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_priority: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PriorityRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_read: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadAnswer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scheduled_messages_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduledList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scheduled_messages_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scheduled_messages_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
                message_id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scheduled_messages_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ConversationId"];
                message_id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeSchedule"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scheduled_messages_send: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
                message_id: components["schemas"]["MessageId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_status: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    conversations_team: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dead_letters_list: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many, 1 to 500. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dead_letters_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drafts_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateInvitation"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_accept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitation"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_look: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LookAtInvitation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationSeen"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_resend: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["InvitationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    labels_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    labels_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateLabel"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Label"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    labels_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["LabelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    labels_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["LabelId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeLabel"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The label's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Label"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    macros_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MacroList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    macros_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateMacro"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Macro"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    macros_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MacroId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    macros_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["MacroId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeMacro"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The macro's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Macro"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    media_upload: {
        parameters: {
            query: {
                /** @description The channel that it is to be sent through. */
                channel_id: components["schemas"]["ChannelId"];
                /** @description As what it is to be sent: refused at once where it cannot be. */
                kind?: components["schemas"]["MediaKind"];
                /** @description Its name. */
                filename?: string;
            };
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaFacts"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    media_get: {
        parameters: {
            query?: {
                /** @description The small picture of it, where there is one; else the file. */
                thumbnail?: boolean;
            };
            header?: never;
            path: {
                id: components["schemas"]["MediaId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            /** @description A range of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Known already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    media_facts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["MediaId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaFacts"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    media_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path: {
                id: components["schemas"]["MediaId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaLink"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_list: {
        parameters: {
            query?: {
                /** @description Only those that are not read */
                unread?: boolean;
                /** @description An earlier page's next_cursor */
                cursor?: string;
                /** @description 1 to 200; 50 when left out */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_mark: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkNotifications"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationsMarked"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    notifications_set_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NotificationSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSettings"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    outbox_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxMails"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_resets_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AskForCode"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeAsked"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_resets_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmPasswordReset"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    push_subscriptions_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushSubscriptionList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    push_subscriptions_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePushSubscription"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PushSubscription"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    push_subscriptions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["PushSubscriptionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ratings_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingSettingsStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ratings_set_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRatingSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingSettingsStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reports_history: {
        parameters: {
            query: {
                /** @description The first day, such as `2026-11-01`. */
                from: string;
                /** @description The last day; at most 400 in all. */
                to: string;
                /** @description The time zone whose days these are, by its IANA name; the workspace's, unless asked otherwise. */
                time_zone?: string;
                /** @description In which steps: `day`, unless asked otherwise. By the hour at most 31 days. */
                grain?: "hour" | "day" | "week" | "month";
                /** @description By what figures are compared; by nothing, unless asked. */
                group?: "agent" | "team" | "channel";
                /** @description On this channel alone. */
                channel_id?: components["schemas"]["ChannelId"];
                /** @description With this team alone; `none`: what is with none. */
                team_id?: string;
                /** @description Of this person alone; `none`: what is nobody's. */
                user_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportHistory"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reports_export: {
        parameters: {
            query: {
                /** @description Which. */
                table: "series" | "groups" | "busy" | "first_response";
                /** @description The first day, such as `2026-11-01`. */
                from: string;
                /** @description The last day; at most 400 in all. */
                to: string;
                /** @description The time zone whose days these are, by its IANA name; the workspace's, unless asked otherwise. */
                time_zone?: string;
                /** @description In which steps: `day`, unless asked otherwise. By the hour at most 31 days. */
                grain?: "hour" | "day" | "week" | "month";
                /** @description By what figures are compared; by nothing, unless asked. */
                group?: "agent" | "team" | "channel";
                /** @description On this channel alone. */
                channel_id?: components["schemas"]["ChannelId"];
                /** @description With this team alone; `none`: what is with none. */
                team_id?: string;
                /** @description Of this person alone; `none`: what is nobody's. */
                user_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reports_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveReport"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reports_rows: {
        parameters: {
            query: {
                /** @description What they are of. */
                kind: "opened" | "resolved" | "answered" | "first_answered" | "asked" | "rated";
                /** @description The first day, such as `2026-11-01`; or an instant, such as `2026-11-01T10:00:00Z`. */
                from: string;
                /** @description The last day; or the instant before which they are. */
                to: string;
                /** @description The time zone whose days these are, by its IANA name; the workspace's, unless asked otherwise. */
                time_zone?: string;
                /** @description On this channel alone. */
                channel_id?: components["schemas"]["ChannelId"];
                /** @description With this team alone; `none`: what is with none. */
                team_id?: string;
                /** @description Of this person alone; `none`: what is nobody's. */
                user_id?: string;
                /** @description That took at least so many seconds: answers and resolutions. */
                from_s?: number;
                /** @description That took less than so many seconds. */
                to_s?: number;
                /** @description Rated so, 1 to 5. */
                score?: number;
                /** @description On this day of the week, 0 for Monday to 6; with `hour`. */
                weekday?: number;
                /** @description In this hour of the day; with `weekday`. */
                hour?: number;
                /** @description Only what had been resolved before. */
                reopened?: boolean;
                /** @description Only what a program alone answered. */
                by_bot?: boolean;
                /** @description Only ratings with words. */
                commented?: boolean;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many, 1 to 200. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportRows"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reports_export_rows: {
        parameters: {
            query: {
                /** @description What they are of. */
                kind: "opened" | "resolved" | "answered" | "first_answered" | "asked" | "rated";
                /** @description The first day, such as `2026-11-01`; or an instant, such as `2026-11-01T10:00:00Z`. */
                from: string;
                /** @description The last day; or the instant before which they are. */
                to: string;
                /** @description The time zone whose days these are, by its IANA name; the workspace's, unless asked otherwise. */
                time_zone?: string;
                /** @description On this channel alone. */
                channel_id?: components["schemas"]["ChannelId"];
                /** @description With this team alone; `none`: what is with none. */
                team_id?: string;
                /** @description Of this person alone; `none`: what is nobody's. */
                user_id?: string;
                /** @description That took at least so many seconds: answers and resolutions. */
                from_s?: number;
                /** @description That took less than so many seconds. */
                to_s?: number;
                /** @description Rated so, 1 to 5. */
                score?: number;
                /** @description On this day of the week, 0 for Monday to 6; with `hour`. */
                weekday?: number;
                /** @description In this hour of the day; with `weekday`. */
                hour?: number;
                /** @description Only what had been resolved before. */
                reopened?: boolean;
                /** @description Only what a program alone answered. */
                by_bot?: boolean;
                /** @description Only ratings with words. */
                commented?: boolean;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description How many, 1 to 200. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutomationRuleList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRule"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutomationRule"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TryRule"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleTrial"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["RuleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The rule's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutomationRule"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["RuleId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rules_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["RuleId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRule"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The rule's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AutomationRule"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_replies_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedReplyList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_replies_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSavedReply"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedReply"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_replies_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["SavedReplyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_replies_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["SavedReplyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeSavedReply"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The reply's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedReply"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_replies_filled: {
        parameters: {
            query: {
                /** @description In which conversation. */
                conversation_id: components["schemas"]["ConversationId"];
            };
            header?: never;
            path: {
                id: components["schemas"]["SavedReplyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilledReply"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    search_find: {
        parameters: {
            query: {
                /**
                 * @description Words, in any order: all must be there, slips are forgiven, and the last finds what begins with it. `"In quotes"`: in a
                 *     row. Or a number, or a part of one, however it is written. At most 200 characters and 12 words.
                 */
                q: string;
                /** @description Among what; all of it, unless asked otherwise, with a few conversations and contacts beside the messages. */
                kind?: "messages" | "conversations" | "contacts";
                /** @description On this channel. */
                channel_id?: components["schemas"]["ChannelId"];
                /** @description In a conversation that stands so. */
                status?: "open" | "pending" | "snoozed" | "resolved";
                /** @description In a conversation of this person; or of `me`, or of `nobody`. */
                assignee?: string;
                /** @description Written by this person of us; or by `me`, by `us`, or by the `customer`. */
                by?: string;
                /** @description Not before. */
                from?: components["schemas"]["Timestamp"];
                /** @description Before. */
                to?: components["schemas"]["Timestamp"];
                /** @description Only with a file. */
                attachment?: boolean;
                /** @description `next_cursor` of the page before, of the same group and the same question. */
                cursor?: string;
                /** @description How many of the group, 1 to 50. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchAnswer"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_switch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwitchWorkspace"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_ups_entrances: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entrances"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_ups_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AskForCode"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeAsked"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_ups_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmSignUp"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_sla_policies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlaPolicies"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_set_sla_policies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlaPolicies"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SlaPolicies"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    socket_create_ticket: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocketTicket"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTeam"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TeamId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["TeamId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeTeam"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The team's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_team_business_hours: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TeamId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BusinessHoursStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    teams_set_team_business_hours: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TeamId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetBusinessHours"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BusinessHoursStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ratings_team_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TeamId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingSettingsStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ratings_set_team_settings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["TeamId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRatingSettings"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RatingSettingsStanding"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    templates_list: {
        parameters: {
            query: {
                /** @description Of which channel. */
                channel_id: components["schemas"]["ChannelId"];
                /** @description Read from the provider now, instead of showing what was read a moment ago. */
                fresh?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    templates_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTemplate"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    templates_delete: {
        parameters: {
            query: {
                /** @description The channel of the account that the template belongs to. */
                channel_id: components["schemas"]["ChannelId"];
            };
            header?: never;
            path: {
                /** @description The template's id at the provider */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    templates_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The template's id at the provider */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplatePatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUser"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeUser"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    views_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedViewList"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    views_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request do the act once, however often they come */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateView"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    views_counts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedViewCounts"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    views_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["ViewId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    views_patch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An earlier answer's ETag */
                "if-match"?: string | null;
            };
            path: {
                id: components["schemas"]["ViewId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeView"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description The view's version */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operation_alive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operation_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    operation_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
