use switchboard_schema::wire::{Call, CallOutcome, WindowKind};

use super::*;

fn call(outcome: CallOutcome, seconds: Option<u64>, at: Timestamp) -> Command {
    let content = Content::Call(Call { outcome, seconds });
    received(InboundMessage { content, ..message("wacid.1", at) })
}

fn rings(at: Timestamp) -> Command {
    call(CallOutcome::Ringing, None, at)
}

#[test]
fn a_call_is_one_item_that_rings_and_then_ends_in_whichever_order_that_is_told() {
    let ended = |outcome, seconds| Content::Call(Call { outcome, seconds });
    let ends = || call(CallOutcome::Completed, Some(65), START);
    for (told, ended) in [
        ([rings(START), ends()], ended(CallOutcome::Completed, Some(65))),
        ([ends(), rings(START)], ended(CallOutcome::Completed, Some(65))),
        ([rings(START), call(CallOutcome::Missed, None, START)], ended(CallOutcome::Missed, None)),
        ([call(CallOutcome::Missed, None, START), rings(START)], ended(CallOutcome::Missed, None)),
    ] {
        let mut it = given_nothing();
        for command in told {
            it.when(command);
        }
        assert_eq!(it.item(1).content, ended);
        assert_eq!((it.head().last_seq, it.head().inbound_count), (1, 1), "counted once");
    }
}

#[test]
fn an_end_that_is_told_twice_changes_nothing() {
    let mut it = given_nothing();
    it.when(call(CallOutcome::Missed, None, START));
    assert_eq!(it.when(call(CallOutcome::Missed, None, START)).changes, []);
}

#[test]
fn a_call_opens_the_window_answered_or_not() {
    let mut it = given();
    it.after(25 * HOUR);
    assert_eq!(it.state.window().show(it.now).kind, WindowKind::Closed);
    it.when(call(CallOutcome::Missed, None, it.now));
    assert_eq!(it.state.window().show(it.now).kind, WindowKind::Open);
    assert_eq!(it.head().waiting_since, Some(START), "who waited before waits on");
}
