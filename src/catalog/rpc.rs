//! CatalogService.

use chrono::NaiveDate;
use tonic::{Request, Response, Status};

use super::{ops, publish, query, store, wire};
use crate::{
    call::Call,
    clock::civil_date,
    db::Rows,
    door::Door,
    error::{Error, Result},
    page::Page,
    pb::{
        google::r#type::Date,
        v1::{self, catalog_service_server::CatalogService},
    },
    wire::{date, id_in},
};

/// CatalogService over a [`Door`].
#[derive(Debug, Clone)]
pub struct Service(pub Door);

type Answer<T> = std::result::Result<Response<T>, Status>;

fn id<'a>(name: &'a str, collection: &str, field: &str) -> Result<&'a str> {
    id_in(name, collection).map_err(|fault| Error::field(field, fault))
}

fn day(given: Option<Date>) -> Result<Option<NaiveDate>> {
    given.map(|given| date(&given).map_err(|fault| Error::field("date", fault))).transpose()
}

#[tonic::async_trait]
impl CatalogService for Service {
    async fn get_case_type(&self, request: Request<v1::GetCaseTypeRequest>) -> Answer<v1::CaseType> {
        let read = async |call: &Call, request: v1::GetCaseTypeRequest| {
            let v1::GetCaseTypeRequest { name } = request;
            let found = publish::case_type(&self.0.db, &name).await?;
            Ok(wire::case_type(&found, call.locale))
        };
        self.0.read(request, read).await
    }

    async fn list_case_types(&self, request: Request<v1::ListCaseTypesRequest>) -> Answer<v1::ListCaseTypesResponse> {
        let read = async |call: &Call, request: v1::ListCaseTypesRequest| {
            let v1::ListCaseTypesRequest { page_size, page_token } = request;
            let keys = self.0.db.keys();
            let page: Page<(String, i32)> = Page::read(call, keys, page_size, &page_token, &[])?;
            let rows = store::list_types(&self.0.db, page.after.clone(), page.fetch()).await?;
            let key = |known: &publish::Published| (known.definition.id.clone(), known.definition.revision);
            let (rows, next_page_token) = page.finish(keys, rows, key);
            let case_types = rows.iter().map(|known| wire::case_type(known, call.locale)).collect();
            Ok(v1::ListCaseTypesResponse { case_types, next_page_token })
        };
        self.0.read(request, read).await
    }

    async fn publish_case_type(&self, request: Request<v1::PublishCaseTypeRequest>) -> Answer<v1::CaseType> {
        let parse = |_: &Call, request| wire::publish(request);
        self.0.write(request, parse, |told| wire::case_type(&told.published, told.locale)).await
    }

    async fn get_topic(&self, request: Request<v1::GetTopicRequest>) -> Answer<v1::Topic> {
        let read = async |call: &Call, request: v1::GetTopicRequest| {
            let v1::GetTopicRequest { name } = request;
            let found = ops::topic(&self.0.db, id(&name, "topics", "name")?).await?;
            Ok(wire::topic(found, call.locale))
        };
        self.0.read(request, read).await
    }

    async fn list_topics(&self, request: Request<v1::ListTopicsRequest>) -> Answer<v1::ListTopicsResponse> {
        let read = async |call: &Call, request: v1::ListTopicsRequest| {
            let v1::ListTopicsRequest { parent, descendants, page_size, page_token } = request;
            let keys = self.0.db.keys();
            let query = [parent.as_str(), if descendants { "descendants" } else { "" }];
            let page: Page<ops::TopicKey> = Page::read(call, keys, page_size, &page_token, &query)?;
            let above = if parent.is_empty() { None } else { Some(id(&parent, "topics", "parent")?) };
            let rows = ops::topics(&self.0.db, above, descendants, page.after.clone(), page.fetch()).await?;
            let (rows, next_page_token) = page.finish(keys, rows, |topic| (topic.taxonomy.clone(), topic.position));
            let topics = rows.into_iter().map(|topic| wire::topic(topic, call.locale)).collect();
            Ok(v1::ListTopicsResponse { topics, next_page_token })
        };
        self.0.read(request, read).await
    }

    async fn get_calendar(&self, request: Request<v1::GetCalendarRequest>) -> Answer<v1::Calendar> {
        let read = async |call: &Call, request: v1::GetCalendarRequest| {
            let v1::GetCalendarRequest { name, year } = request;
            let year = (year != 0).then_some(year);
            let found = ops::calendar(&self.0.db, id(&name, "calendars", "name")?, year).await?;
            Ok(wire::calendar(found, call.locale))
        };
        self.0.read(request, read).await
    }

    async fn list_calendars(&self, request: Request<v1::ListCalendarsRequest>) -> Answer<v1::ListCalendarsResponse> {
        let read = async |call: &Call, request: v1::ListCalendarsRequest| {
            let v1::ListCalendarsRequest { page_size, page_token } = request;
            let keys = self.0.db.keys();
            let mut page: Page<String> = Page::read(call, keys, page_size, &page_token, &[])?;
            let cursor = page.cursor(&self.0).await?;
            let rows = ops::calendars(&self.0.db, page.after.clone(), page.fetch()).await?;
            let (rows, next_page_token) = page.finish(keys, rows, |view| view.head.id.clone());
            let calendars = rows.into_iter().map(|view| wire::calendar(view, call.locale)).collect();
            Ok(v1::ListCalendarsResponse { calendars, next_page_token, cursor })
        };
        self.0.read(request, read).await
    }

    async fn import_calendar(&self, request: Request<v1::ImportCalendarRequest>) -> Answer<v1::Calendar> {
        let parse = |_: &Call, request| wire::import(request);
        self.0.write(request, parse, |imported| wire::calendar(imported.view.clone(), imported.locale)).await
    }

    async fn get_clock_rule(&self, request: Request<v1::GetClockRuleRequest>) -> Answer<v1::ClockRule> {
        let read = async |call: &Call, request: v1::GetClockRuleRequest| {
            let v1::GetClockRuleRequest { name, date } = request;
            let date = day(date)?.unwrap_or_else(|| civil_date(call.now));
            let versions = self.0.catalog.rule_versions(&self.0.db, &name).await?;
            let found = versions.into_iter().find(|rule| rule.in_force(date)).ok_or_else(|| Error::not_found(name))?;
            Ok(wire::clock_rule(&found, call.locale))
        };
        self.0.read(request, read).await
    }

    async fn list_clock_rules(
        &self,
        request: Request<v1::ListClockRulesRequest>,
    ) -> Answer<v1::ListClockRulesResponse> {
        let read = async |call: &Call, request: v1::ListClockRulesRequest| {
            let v1::ListClockRulesRequest { page_size, page_token, filter, date } = request;
            let query = query::Query::read(&filter, day(date)?)?;
            let binding = query.binding();
            let keys = self.0.db.keys();
            let page: Page<query::Key> =
                Page::read(call, keys, page_size, &page_token, &binding.each_ref().map(String::as_str))?;
            let rows = query.run(page.after.as_ref(), page.fetch());
            let (rows, next_page_token) = page.finish(keys, rows, |rule| query::key(rule));
            let clock_rules = rows.into_iter().map(|rule| wire::clock_rule(rule, call.locale)).collect();
            Ok(v1::ListClockRulesResponse { clock_rules, next_page_token })
        };
        self.0.read(request, read).await
    }

    async fn compute_deadline(
        &self,
        request: Request<v1::ComputeDeadlineRequest>,
    ) -> Answer<v1::ComputeDeadlineResponse> {
        let read = async |call: &Call, request: v1::ComputeDeadlineRequest| {
            let (deadline, rule) = ops::compute(&self.0.db, &self.0.catalog, &wire::question(request)?).await?;
            Ok(wire::answer(&deadline, &rule, call.locale))
        };
        self.0.read(request, read).await
    }
}
