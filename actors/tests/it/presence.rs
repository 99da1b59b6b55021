//! Who is there and who is given what, in simulated time.

use std::time::Duration;

use switchboard_ports::{clock::Clock as _, store::Lane};
use switchboard_schema::{
    TeamId, UserId,
    record::{MemberBody, TeamBody, TeamRow},
    table::Json,
    wire::{self, AssignmentRule, Availability, IdentityKind, PresenceState, SetAvailability},
};

use crate::{
    live::Client,
    world::{Running, World, eventually, run},
};

const MINUTE: Duration = Duration::from_secs(60);

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

async fn hire(world: &World, running: &Running, n: u8) {
    let body =
        MemberBody { name: format!("Agent {n}"), email: format!("{n}@example.com"), role: wire::Role::Agent };
    world.hire(running, user(n), body).await;
}

async fn is(world: &World, running: &Running, n: u8, expected: PresenceState) {
    eventually("they are to be found so", async || {
        let list =
            running.house.presence(world.scope, user(n)).await.map_err(|refusal| refusal.to_string())?;
        let state = list.people.iter().find(|one| one.user_id == user(n)).map(|one| one.state);
        if state == Some(expected) { Ok(()) } else { Err(format!("{n} is {state:?}, not {expected:?}")) }
    })
    .await;
}

#[test]
fn who_is_silent_for_their_time_is_away_until_they_do_something_and_offline_without_a_page() {
    run(async {
        let (mut world, running) = World::with_channel(871).await;
        hire(&world, &running, 1).await;
        Client::default().connect_person(&world, &running, 1, user(1));
        is(&world, &running, 1, PresenceState::Online).await;
        world.clock.advance(MINUTE * 14);
        is(&world, &running, 1, PresenceState::Online).await;
        world.clock.advance(MINUTE);
        is(&world, &running, 1, PresenceState::Away).await;
        running.house.active(world.scope, user(1), Duration::ZERO);
        is(&world, &running, 1, PresenceState::Online).await;
        let set = SetAvailability { availability: Some(Availability::Busy), away_after_minutes: Some(2) };
        running.house.set_availability(world.scope, user(1), set).await.expect("it is kept");
        is(&world, &running, 1, PresenceState::Busy).await;
        world.clock.advance(MINUTE * 2);
        is(&world, &running, 1, PresenceState::Away).await;
        // After a restart nobody is there, and what was said is known.
        let running = world.restart(running).await;
        is(&world, &running, 1, PresenceState::Offline).await;
        let list = running.house.presence(world.scope, user(1)).await.expect("a list");
        assert_eq!((list.people[0].availability, list.away_after_minutes), (Availability::Busy, 2));
        world.crash(running).await;
    });
}

/// Who has each conversation, in the order in which they came.
async fn holders(world: &World, running: &Running) -> Vec<Option<UserId>> {
    let mut list = world.list(running).await.expect("the list is read");
    list.sort_by_key(|one| one.created_at);
    list.into_iter().map(|one| one.assignee_id).collect()
}

#[test]
fn conversations_of_a_team_wait_for_somebody_of_it_who_is_there_and_are_given_in_turn_through_a_crash() {
    run(async {
        let (mut world, running) = World::with_channel(872).await;
        for n in 1..4 {
            hire(&world, &running, n).await;
        }
        let team_id = TeamId::from_bytes([7; 16]);
        let assignment = wire::Assignment { rule: AssignmentRule::RoundRobin, capacity: None };
        let members = vec![user(1), user(2)];
        let (name, created_at) = ("Sales".to_owned(), world.clock.now());
        let body = TeamBody {
            version: 1,
            name: name.clone(),
            members: members.clone(),
            assignment,
            hours: None,
            ratings: None,
            created_at,
        };
        let row = TeamRow { team_id, body: Json(body) };
        running.records.put(world.scope, Lane::Interactive, row).await.expect("a team");
        running.house.tell_of_team(world.scope, team_id);
        let team = wire::Team { id: team_id, version: 1, name, members, assignment, created_at };
        for n in 0..6 {
            let phone = format!("3161000000{n}");
            let update = world.message(&format!("in.{n}"), &[(IdentityKind::Phone, phone.as_str())]);
            world.deliver(&running, vec![update]).await;
            world.clock.advance(Duration::from_millis(10));
        }
        for one in world.list(&running).await.expect("the list is read") {
            let act = world.act(&format!("team {}", one.id));
            running.house.put_with_team(world.scope, act, one.id, Some(team.clone())).await.expect("put");
        }
        // Somebody who is there is not in it.
        Client::default().connect_person(&world, &running, 3, user(3));
        is(&world, &running, 3, PresenceState::Online).await;
        assert!(holders(&world, &running).await.iter().all(Option::is_none));
        let running = world.restart(running).await;
        for n in 1..3 {
            Client::default().connect_person(&world, &running, n, user(n));
        }
        eventually("each has three", async || {
            let holders = holders(&world, &running).await;
            let count = |n: u8| holders.iter().filter(|holder| **holder == Some(user(n))).count();
            match (count(1), count(2)) {
                // Whoever comes first is given what waits: in turn it is from when both are there.
                (first, second) if first + second == 6 => Ok(()),
                counts => Err(format!("{counts:?}")),
            }
        })
        .await;
        world.crash(running).await;
    });
}
