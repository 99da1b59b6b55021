//! `/api/v1/reports`: how it stands, what happened, and the rows behind both.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use serde::Deserialize;
use switchboard_actors::{House, Refusal, refusal_of};
use switchboard_domain::{
    audit::Deed,
    report::{
        calendar::{Calendar, Days},
        csv,
        history::Tally,
        rows::{Wanted, Whose},
    },
};
use switchboard_schema::{
    ChannelId, TeamId, TenantScope, Timestamp, UserId,
    wire::{self, AuditAct, ReportGrain, ReportGroup, ReportKind, ReportTimes},
};
use utoipa::ToSchema;

use super::{
    conversations::limit_of,
    extract::{Json, Query},
    problem::Problem,
};
use crate::access::{Access, Accounts, May, permit::SeeReports};

/// Rows of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;
/// Rows of a page, at most: of each the conversation is read.
const PAGE_MAX: u64 = 200;
/// Rows of a table that is taken away, at most.
const EXPORT_ROWS_MAX: usize = 100_000;
/// By which programs for tables know that a file is UTF-8.
const UTF8_MARK: char = '\u{feff}';
/// Seconds of the longest time that is asked for.
const SECONDS_MAX: u64 = 400 * 86_400;

/// Of which days, and whose.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// The first day, such as `2026-11-01`.
    from: String,
    /// The last day; at most 400 in all.
    to: String,
    /// The time zone whose days these are, by its IANA name; the workspace's, unless asked otherwise.
    time_zone: Option<String>,
    /// In which steps: `day`, unless asked otherwise. By the hour at most 31 days.
    #[param(inline)]
    grain: Option<ReportGrain>,
    /// By what figures are compared; by nothing, unless asked.
    #[param(inline)]
    group: Option<ReportGroup>,
    /// On this channel alone.
    channel_id: Option<ChannelId>,
    /// With this team alone; `none`: what is with none.
    team_id: Option<String>,
    /// Of this person alone; `none`: what is nobody's.
    user_id: Option<String>,
}

/// Which rows, of which days, and whose.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowParams {
    /// What they are of.
    #[param(inline)]
    kind: ReportKind,
    /// The first day, such as `2026-11-01`; or an instant, such as `2026-11-01T10:00:00Z`.
    from: String,
    /// The last day; or the instant before which they are.
    to: String,
    /// The time zone whose days these are, by its IANA name; the workspace's, unless asked otherwise.
    time_zone: Option<String>,
    /// On this channel alone.
    channel_id: Option<ChannelId>,
    /// With this team alone; `none`: what is with none.
    team_id: Option<String>,
    /// Of this person alone; `none`: what is nobody's.
    user_id: Option<String>,
    /// That took at least so many seconds: answers and resolutions.
    from_s: Option<u64>,
    /// That took less than so many seconds.
    to_s: Option<u64>,
    /// Rated so, 1 to 5.
    #[param(minimum = 1, maximum = 5)]
    score: Option<u64>,
    /// On this day of the week, 0 for Monday to 6; with `hour`.
    #[param(minimum = 0, maximum = 6)]
    weekday: Option<usize>,
    /// In this hour of the day; with `weekday`.
    #[param(minimum = 0, maximum = 23)]
    hour: Option<usize>,
    /// Only what had been resolved before.
    reopened: Option<bool>,
    /// Only what a program alone answered.
    by_bot: Option<bool>,
    /// Only ratings with words.
    commented: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
}

/// Which table is taken away.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// Which.
    #[param(inline)]
    table: Table,
}

/// A table of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Table {
    /// Step by step.
    Series,
    /// By the person, team or channel.
    Groups,
    /// Openings by weekday and hour.
    Busy,
    /// How soon customers were first answered.
    FirstResponse,
}

impl Table {
    const fn name(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Groups => "groups",
            Self::Busy => "busy",
            Self::FirstResponse => "first-response",
        }
    }
}

/// How it stands
///
/// At this moment, as the tenant's owner has it in memory: ask again when events tell that something changed.
#[utoipa::path(get, path = "/api/v1/reports/live", tag = "reports",
    responses((status = 200, body = wire::LiveReport)))]
pub(crate) async fn live(
    State(house): State<House>,
    caller: May<SeeReports>,
) -> Result<Json<wire::LiveReport>, Problem> {
    Ok(Json(house.live_report(caller.scope).await?))
}

/// What happened
///
/// Figures of some days, step by step, compared with as many days before. Each is a count of rows that
/// `GET /api/v1/reports/rows` lists. For owners, admins, supervisors and analysts.
#[utoipa::path(get, path = "/api/v1/reports/history", tag = "reports", params(Params),
    responses((status = 200, body = wire::ReportHistory)))]
pub(crate) async fn history(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<SeeReports>,
    Query(params): Query<Params>,
) -> Result<Json<wire::ReportHistory>, Problem> {
    Ok(Json(report(&house, access.accounts(), caller.scope, params).await?))
}

/// A table of what happened
///
/// As `GET /api/v1/reports/history` answers it, as comma-separated values. Spans are in seconds.
#[utoipa::path(get, path = "/api/v1/reports/history/export", tag = "reports", params(ExportParams, Params),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<SeeReports>,
    Query(ExportParams { table }): Query<ExportParams>,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let name = format!("{}-{}-{}", table.name(), params.from, params.to);
    let history = report(&house, access.accounts(), caller.scope, params).await?;
    note_export(access.accounts(), &caller, &name).await?;
    let lines: String = match table {
        Table::Series => {
            let rows = history.series.iter().map(|step| figure_cells(&step.at, &step.figures));
            std::iter::once(figure_heads("from")).chain(rows).map(csv::line).collect()
        }
        Table::Groups => {
            let rows = history.groups.iter().map(|group| {
                let name = group.name.as_ref().or(group.id.as_ref()).map_or("", String::as_str);
                figure_cells(name, &group.figures)
            });
            std::iter::once(figure_heads("name")).chain(rows).map(csv::line).collect()
        }
        Table::Busy => {
            let heads =
                std::iter::once("weekday".to_owned()).chain((0..24).map(|hour| format!("{hour:02}:00")));
            let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
            let rows = days.iter().zip(&history.busy).map(|(day, hours)| {
                let counts = hours.iter().map(ToString::to_string);
                std::iter::once((*day).to_owned()).chain(counts).collect::<Vec<_>>()
            });
            std::iter::once(heads.collect()).chain(rows).map(csv::line).collect()
        }
        Table::FirstResponse => {
            let rows = history.first_response.iter().map(|band| {
                let to = band.to_s.map(|to| to.to_string()).unwrap_or_default();
                vec![band.from_s.to_string(), to, band.count.to_string()]
            });
            let heads = ["from_s", "to_s", "count"].map(str::to_owned).to_vec();
            std::iter::once(heads).chain(rows).map(csv::line).collect()
        }
    };
    Ok(as_csv(&name, Body::from(format!("{UTF8_MARK}{lines}"))))
}

/// Rows behind a figure
///
/// Conversations, answers or ratings, each with the place to look at; the newest first. A page may hold fewer rows than asked
/// for and still have a `next_cursor`.
#[utoipa::path(get, path = "/api/v1/reports/rows", tag = "reports", params(RowParams),
    responses((status = 200, body = wire::ReportRows)))]
pub(crate) async fn rows(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<SeeReports>,
    Query(params): Query<RowParams>,
) -> Result<Json<wire::ReportRows>, Problem> {
    let limit = limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let (wanted, calendar) = wanted(access.accounts(), caller.scope, &params).await?;
    let cursor = params.cursor.as_deref();
    let (rows, next_cursor) = house.report_rows(caller.scope, &wanted, &calendar, cursor, limit).await?;
    Ok(Json(wire::ReportRows { rows, next_cursor }))
}

/// All rows behind a figure
///
/// As comma-separated values, in the order of `GET /api/v1/reports/rows`; at most 100,000, which the last line then says.
#[utoipa::path(get, path = "/api/v1/reports/rows/export", tag = "reports", params(RowParams),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn export_rows(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<SeeReports>,
    Query(params): Query<RowParams>,
) -> Result<Response, Problem> {
    let (wanted, calendar) = wanted(access.accounts(), caller.scope, &params).await?;
    let name = format!("{}-{}-{}", wanted.kept_as().name(), params.from, params.to).replace(':', "");
    note_export(access.accounts(), &caller, &name).await?;
    let names = Names::read(&house, access.accounts(), caller.scope).await?;
    let out = Out { house, scope: caller.scope, wanted, calendar, names, cursor: params.cursor, rows: 0 };
    Ok(as_csv(&name, Body::from_stream(stream::try_unfold(Some(out), Out::next))))
}

/// Rows on their way out.
struct Out {
    house: House,
    scope: TenantScope,
    wanted: Wanted,
    calendar: Calendar,
    names: Names,
    cursor: Option<String>,
    rows: usize,
}

impl Out {
    /// The next page, and what comes after it.
    async fn next(this: Option<Self>) -> Result<Option<(Bytes, Option<Self>)>, Refusal> {
        let Some(mut this) = this else { return Ok(None) };
        let limit = (EXPORT_ROWS_MAX - this.rows).min(PAGE_MAX as usize);
        let mut lines =
            if this.rows == 0 { format!("{UTF8_MARK}{}", csv::line(ROW_HEADS)) } else { String::new() };
        if limit == 0 {
            lines.push_str(&csv::line([format!("only the newest {EXPORT_ROWS_MAX} rows are here")]));
            return Ok(Some((lines.into(), None)));
        }
        let Self { house, scope, wanted, calendar, cursor, .. } = &this;
        let (rows, next) = house.report_rows(*scope, wanted, calendar, cursor.as_deref(), limit).await?;
        for row in &rows {
            lines.push_str(&csv::line(row_cells(row, &this.calendar, &this.names)));
        }
        this.rows += rows.len().max(1);
        let on = next.map(|cursor| Self { cursor: Some(cursor), ..this });
        Ok(Some((lines.into(), on)))
    }
}

const ROW_HEADS: [&str; 17] = [
    "at",
    "contact",
    "channel",
    "team",
    "agent",
    "opened_at",
    "reopened",
    "begun_by_us",
    "automatic",
    "waited_s",
    "first_response_s",
    "resolved_at",
    "resolution_s",
    "rating",
    "comment",
    "conversation_id",
    "seq",
];

fn row_cells(row: &wire::ReportRow, calendar: &Calendar, names: &Names) -> [String; 17] {
    let number = |of: Option<u64>| of.map(|number| number.to_string()).unwrap_or_default();
    let time = |at: Timestamp| calendar.written(at);
    let team = row.team_id.map(|id| id.to_string());
    let user = row.user_id.map(|id| id.to_string());
    [
        time(row.at),
        row.contact_name.clone(),
        names.of(Some(&row.channel_id.to_string())),
        names.of(team.as_deref()),
        names.of(user.as_deref()),
        time(row.opened_at),
        row.reopened.to_string(),
        row.by_us.to_string(),
        row.automatic.to_string(),
        number(row.waited_s),
        number(row.first_response_s),
        row.resolved_at.map(time).unwrap_or_default(),
        number(row.resolution_s),
        number(row.rating.map(u64::from)),
        row.comment.clone().unwrap_or_default(),
        row.conversation_id.to_string(),
        row.seq.to_string(),
    ]
}

fn figure_heads(first: &str) -> Vec<String> {
    let plain =
        ["opened", "reopened", "begun_by_us", "resolved", "resolved_by_bot", "received", "sent", "automatic"];
    let spans = ["first_response", "waiting", "resolution"].into_iter().flat_map(|of| {
        ["count", "average_s", "median_s", "p90_s", "open_average_s", "open_median_s", "open_p90_s"]
            .map(|what| format!("{of}_{what}"))
    });
    let ratings = ["asked", "asked_rated", "rated_1", "rated_2", "rated_3", "rated_4", "rated_5"];
    let all = std::iter::once(first.to_owned()).chain(plain.map(str::to_owned)).chain(spans);
    all.chain(ratings.map(str::to_owned)).collect()
}

fn figure_cells(first: &str, of: &wire::ReportFigures) -> Vec<String> {
    let plain =
        [of.opened, of.reopened, of.by_us, of.resolved, of.by_bot, of.received, of.sent, of.automatic];
    let spans = [&of.first_response, &of.waiting, &of.resolution].into_iter().flat_map(time_cells);
    let [one, two, three, four, five] = of.ratings;
    let ratings = [of.asked, of.asked_rated, one, two, three, four, five].map(Some);
    let numbers = plain.map(Some).into_iter().chain(spans).chain(ratings);
    let numbers = numbers.map(|number| number.map(|number| number.to_string()).unwrap_or_default());
    std::iter::once(first.to_owned()).chain(numbers).collect()
}

fn time_cells(of: &ReportTimes) -> [Option<u64>; 7] {
    let open = of.open.as_ref();
    [
        Some(of.count),
        of.average_s,
        of.median_s,
        of.p90_s,
        open.map(|open| open.average_s),
        open.map(|open| open.median_s),
        open.map(|open| open.p90_s),
    ]
}

/// A file of comma-separated values.
fn as_csv(name: &str, body: Body) -> Response {
    let name: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

async fn note_export(accounts: &Accounts, caller: &May<SeeReports>, name: &str) -> Result<(), Problem> {
    let deed = Deed::new(AuditAct::ReportExported).about(name, name);
    Ok(accounts.note(caller.scope, &caller.by(), deed).await?)
}

async fn report(
    house: &House,
    accounts: &Accounts,
    scope: TenantScope,
    params: Params,
) -> Result<wire::ReportHistory, Problem> {
    let calendar = calendar(accounts, scope, params.time_zone.as_deref()).await?;
    let days = Days::parse(&params.from, &params.to).map_err(refusal_of)?;
    let grain = params.grain.unwrap_or(ReportGrain::Day);
    days.check(grain).map_err(refusal_of)?;
    let whose = whose(params.channel_id, params.team_id.as_deref(), params.user_id.as_deref())?;
    let mut history = house.report(scope, Tally::new(calendar, days, grain, whose, params.group)).await?;
    if !history.groups.is_empty() {
        let names = Names::read(house, accounts, scope).await?;
        for group in &mut history.groups {
            group.name = group.id.as_ref().and_then(|id| names.0.get(id).cloned());
        }
    }
    Ok(history)
}

async fn wanted(
    accounts: &Accounts,
    scope: TenantScope,
    params: &RowParams,
) -> Result<(Wanted, Calendar), Problem> {
    let calendar = calendar(accounts, scope, params.time_zone.as_deref()).await?;
    let instants = params.from.parse::<Timestamp>().ok().zip(params.to.parse::<Timestamp>().ok());
    let span = match instants {
        Some((from, to)) if from < to && to.since(from).as_secs() <= SECONDS_MAX => {
            switchboard_domain::report::calendar::Span { from, to }
        }
        Some(_) => return Err(Problem::invalid("to", "must be after from, by 400 days at most")),
        None => calendar.span(Days::parse(&params.from, &params.to).map_err(refusal_of)?),
    };
    let score = params.score.map(|score| {
        let score = u8::try_from(score).ok().filter(|score| (1..=5).contains(score));
        score.ok_or_else(|| Problem::invalid("score", "is from 1 to 5"))
    });
    let hour = match (params.weekday, params.hour) {
        (None, None) => None,
        (Some(day @ 0..=6), Some(hour @ 0..=23)) => Some((day, hour)),
        _ => return Err(Problem::invalid("hour", "is from 0 to 23, with a weekday from 0 to 6")),
    };
    let wanted = Wanted {
        kind: params.kind,
        span,
        whose: whose(params.channel_id, params.team_id.as_deref(), params.user_id.as_deref())?,
        seconds: (params.from_s, params.to_s),
        score: score.transpose()?,
        hour,
        reopened: params.reopened.unwrap_or(false),
        by_bot: params.by_bot.unwrap_or(false),
        commented: params.commented.unwrap_or(false),
    };
    Ok((wanted, calendar))
}

/// The clock of a time zone that was asked for, or the workspace's.
async fn calendar(accounts: &Accounts, scope: TenantScope, asked: Option<&str>) -> Result<Calendar, Problem> {
    match asked {
        Some(name) => {
            let calendar = Calendar::of(Some(name));
            if calendar.name() != name {
                return Err(Problem::invalid("time_zone", "must be an IANA name, such as Europe/Amsterdam"));
            }
            Ok(calendar)
        }
        None => {
            let hours = accounts.business_hours(scope, None).await?;
            Ok(Calendar::of(hours.as_ref().map(|hours| hours.time_zone.as_str())))
        }
    }
}

fn whose(channel_id: Option<ChannelId>, team: Option<&str>, user: Option<&str>) -> Result<Whose, Problem> {
    let team_id = named::<TeamId>("team_id", team)?;
    let user_id = named::<UserId>("user_id", user)?;
    Ok(Whose { channel_id, team_id, user_id })
}

fn named<T: std::str::FromStr>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<Option<T>>, Problem> {
    match text {
        None => Ok(None),
        Some("none") => Ok(Some(None)),
        Some(id) => match id.parse() {
            Ok(id) => Ok(Some(Some(id))),
            Err(_) => Err(Problem::invalid(field, "is an id, or none")),
        },
    }
}

/// What people, teams and channels are called, by their ids.
struct Names(HashMap<String, String>);

impl Names {
    async fn read(house: &House, accounts: &Accounts, scope: TenantScope) -> Result<Self, Problem> {
        let users = accounts.users(scope).await?;
        let teams = accounts.teams(scope).await?;
        let channels = house.channels(scope).await?.channels;
        let users = users.into_iter().map(|user| (user.id.to_string(), user.name));
        let teams = teams.into_iter().map(|team| (team.id.to_string(), team.name));
        let channels = channels.into_iter().map(|channel| (channel.id.to_string(), channel.name));
        Ok(Self(users.chain(teams).chain(channels).collect()))
    }

    /// Whoever is gone is named by their id.
    fn of(&self, id: Option<&str>) -> String {
        id.map(|id| self.0.get(id).map_or(id, String::as_str).to_owned()).unwrap_or_default()
    }
}
