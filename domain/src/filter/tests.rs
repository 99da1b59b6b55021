use proptest::prelude::*;
use switchboard_schema::wire::FilterCondition as Is;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
const ME: UserId = UserId::from_bytes([1; 16]);
const BEN: UserId = UserId::from_bytes([2; 16]);
const SALES: TeamId = TeamId::from_bytes([3; 16]);
const SHOP: ChannelId = ChannelId::from_bytes([4; 16]);
const REPAIR: LabelId = LabelId::from_bytes([5; 16]);
const VIP: LabelId = LabelId::from_bytes([6; 16]);

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Open, nobody's, of two days ago, with nobody who waits.
fn plain() -> Facts<'static> {
    Facts {
        status: ConversationStatus::Open,
        assignee_id: None,
        team_id: None,
        channel_id: SHOP,
        labels: &[],
        priority: Priority::None,
        waiting_since: None,
        expires_at: None,
        snoozed_until: None,
        created_at: NOW - minutes(2 * 24 * 60),
        updated_at: NOW - minutes(2 * 24 * 60),
    }
}

fn finds(conditions: Vec<Is>, of: &Facts<'_>, unread: bool) -> bool {
    let filter = Filter::checked(conditions).expect("a filter");
    filter.finds(of, &Viewer { user_id: ME, now: NOW }, || unread)
}

#[test]
fn an_empty_filter_finds_everything() {
    assert!(finds(vec![], &plain(), false));
    assert!(Filter::default().is_empty());
}

#[test]
fn who_has_it_can_be_me_nobody_or_somebody() {
    let is = |any: Vec<UserId>, me, nobody| Is::Assignee { not: false, any, me, nobody };
    let of = |assignee_id| Facts { assignee_id, ..plain() };
    assert!(finds(vec![is(vec![], true, false)], &of(Some(ME)), false));
    assert!(!finds(vec![is(vec![], true, false)], &of(None), false));
    assert!(finds(vec![is(vec![], false, true)], &of(None), false));
    assert!(finds(vec![is(vec![BEN], false, true)], &of(Some(BEN)), false));
    assert!(!finds(vec![is(vec![BEN], true, false)], &of(Some(UserId::from_bytes([9; 16]))), false));
}

#[test]
fn labels_are_any_of_those_named_or_none_at_all() {
    let is = |any: &[LabelId], none, not| Is::Label { not, any: any.to_vec(), none };
    let of = |labels| Facts { labels, ..plain() };
    assert!(finds(vec![is(&[REPAIR], false, false)], &of(&[VIP, REPAIR]), false));
    assert!(!finds(vec![is(&[REPAIR], false, true)], &of(&[VIP, REPAIR]), false));
    assert!(finds(vec![is(&[], true, false)], &of(&[]), false));
    assert!(!finds(vec![is(&[], true, false)], &of(&[VIP]), false));
    let both = vec![is(&[REPAIR], false, false), is(&[VIP], false, false)];
    assert!(finds(both.clone(), &of(&[VIP, REPAIR]), false) && !finds(both, &of(&[VIP]), false));
}

#[test]
fn a_window_is_open_closing_closed_or_never_was() {
    let of = |expires_at| Facts { expires_at, ..plain() };
    let holds = |expires_at| {
        [FilterWindow::Open, FilterWindow::Closing, FilterWindow::Closed, FilterWindow::None]
            .map(|window| finds(vec![Is::Window { not: false, any: vec![window] }], &of(expires_at), false))
    };
    assert_eq!(holds(Some(NOW + minutes(61))), [true, false, false, false]);
    assert_eq!(holds(Some(NOW + minutes(60))), [true, true, false, false]);
    assert_eq!(holds(Some(NOW)), [false, false, true, false]);
    assert_eq!(holds(None), [false, false, false, true]);
}

#[test]
fn waiting_unread_and_putting_aside_count_as_of_now() {
    let waiting = |least| Is::Waiting { not: false, at_least_minutes: least };
    let waits = Facts { waiting_since: Some(NOW - minutes(30)), ..plain() };
    assert!(finds(vec![waiting(None)], &waits, false) && finds(vec![waiting(Some(30))], &waits, false));
    assert!(!finds(vec![waiting(Some(31))], &waits, false) && !finds(vec![waiting(None)], &plain(), false));
    assert!(finds(vec![Is::Unread { not: false }], &plain(), true));
    assert!(finds(vec![Is::Unread { not: true }], &plain(), false));
    let aside = |within_hours| Is::Snoozed { not: false, within_hours };
    let until = Some(NOW + minutes(90));
    let put = Facts { status: ConversationStatus::Snoozed, snoozed_until: until, ..plain() };
    assert!(finds(vec![aside(None)], &put, false) && finds(vec![aside(Some(2))], &put, false));
    assert!(!finds(vec![aside(Some(1))], &put, false) && !finds(vec![aside(None)], &plain(), false));
}

#[test]
fn when_it_began_and_was_last_active_is_within_hours() {
    let day = |hours, not| Is::Created { not, within_hours: hours };
    assert!(finds(vec![day(49, false)], &plain(), false) && !finds(vec![day(48, false)], &plain(), false));
    assert!(finds(vec![day(48, true)], &plain(), false));
    assert!(finds(vec![Is::Active { not: true, within_hours: 24 }], &plain(), false));
}

#[test]
fn what_names_nothing_or_too_much_is_refused_by_its_field() {
    let wrong = [
        vec![Is::Unread { not: false }; MAX_FILTER_CONDITIONS + 1],
        vec![Is::Status { not: false, any: vec![] }],
        vec![Is::Assignee { not: true, any: vec![], me: false, nobody: false }],
        vec![Is::Label { not: false, any: vec![REPAIR; MAX_FILTER_VALUES + 1], none: false }],
        vec![Is::Created { not: false, within_hours: 0 }],
        vec![Is::Waiting { not: false, at_least_minutes: Some(u32::MAX) }],
    ];
    for conditions in wrong {
        let said = format!("{conditions:?}");
        assert!(
            matches!(Filter::checked(conditions), Err(Rejection::Invalid { field: "filter", .. })),
            "{said}"
        );
    }
}

#[test]
fn next_up_is_urgent_then_windows_that_close_on_us_then_who_waits_longest() {
    let waits = |ago| Facts { waiting_since: Some(NOW - minutes(ago)), ..plain() };
    let ordered = [
        Facts { priority: Priority::Urgent, ..waits(5) },
        Facts { priority: Priority::Urgent, ..plain() },
        Facts { expires_at: Some(NOW + minutes(10)), ..waits(2) },
        Facts { expires_at: Some(NOW + minutes(50)), ..waits(500) },
        Facts { expires_at: Some(NOW + minutes(61)), ..waits(400) },
        Facts { priority: Priority::High, ..waits(90) },
        Facts { updated_at: NOW, expires_at: Some(NOW + minutes(5)), ..plain() },
        plain(),
    ];
    let ranks = ordered.map(|of| rank(&of, ListSort::NextUp, NOW));
    assert!(ranks.is_sorted_by(|before, after| before < after), "{ranks:?}");
}

fn any_facts() -> impl Strategy<Value = Facts<'static>> {
    const LABELS: [&[LabelId]; 4] = [&[], &[REPAIR], &[VIP], &[REPAIR, VIP]];
    const STATUSES: [ConversationStatus; 4] = [
        ConversationStatus::Open,
        ConversationStatus::Pending,
        ConversationStatus::Snoozed,
        ConversationStatus::Resolved,
    ];
    let near = || {
        proptest::option::of(0_u64..10_000).prop_map(|ago| ago.map(|ago| NOW - minutes(5_000) + minutes(ago)))
    };
    (0_usize..4, 0_u8..3, 0_usize..4, near(), near(), near(), 0_u64..10_000).prop_map(
        |(status, who, labels, waiting_since, expires_at, snoozed_until, ago)| Facts {
            status: STATUSES[status],
            assignee_id: [None, Some(ME), Some(BEN)][usize::from(who)],
            team_id: (who == 1).then_some(SALES),
            labels: LABELS[labels],
            waiting_since,
            expires_at,
            snoozed_until,
            updated_at: NOW - minutes(ago),
            ..plain()
        },
    )
}

fn any_condition() -> impl Strategy<Value = Is> {
    prop_oneof![
        any::<bool>().prop_map(|not| Is::Status { not, any: vec![ConversationStatus::Open] }),
        any::<(bool, bool)>().prop_map(|(not, me)| Is::Assignee { not, any: vec![BEN], me, nobody: !me }),
        any::<bool>().prop_map(|not| Is::Team { not, any: vec![SALES], none: false }),
        any::<(bool, bool)>().prop_map(|(not, none)| Is::Label { not, any: vec![REPAIR], none }),
        any::<bool>().prop_map(|not| Is::Unread { not }),
        (any::<bool>(), 0_u32..9_000)
            .prop_map(|(not, least)| Is::Waiting { not, at_least_minutes: Some(least) }),
        any::<bool>().prop_map(|not| Is::Window { not, any: vec![FilterWindow::Closing] }),
        (any::<bool>(), 1_u32..200).prop_map(|(not, within_hours)| Is::Active { not, within_hours }),
    ]
}

/// The same with `not` turned.
fn turned(condition: &Is) -> Is {
    let mut json = serde_json::to_value(condition).expect("it is written");
    let not = json.get("not").and_then(serde_json::Value::as_bool).unwrap_or(false);
    json["not"] = serde_json::Value::Bool(!not);
    serde_json::from_value(json).expect("it is read")
}

proptest! {
    /// A condition or its opposite holds, never both; and a filter finds what each of its conditions finds.
    #[test]
    fn a_filter_is_all_of_its_conditions(
        conditions in proptest::collection::vec(any_condition(), 0..6),
        of in any_facts(),
        unread in any::<bool>(),
    ) {
        for condition in &conditions {
            prop_assert_ne!(
                finds(vec![condition.clone()], &of, unread),
                finds(vec![turned(condition)], &of, unread)
            );
        }
        let each = conditions.iter().all(|condition| finds(vec![condition.clone()], &of, unread));
        prop_assert_eq!(finds(conditions, &of, unread), each);
    }

    /// Whoever is urgent comes before whoever is not, and whoever waits before whoever does not.
    #[test]
    fn next_up_never_puts_the_less_pressing_first(one in any_facts(), other in any_facts()) {
        let at = |of: &Facts<'_>| rank(of, ListSort::NextUp, NOW);
        let urgent = Facts { priority: Priority::Urgent, ..one };
        prop_assert!(at(&urgent) < at(&other));
        if one.waiting_since.is_some() && other.waiting_since.is_none() {
            prop_assert!(at(&one) < at(&other));
        }
    }
}
