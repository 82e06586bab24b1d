//! Which function carries out which call.

use serde_json::json;

use super::call::{Call, Reply};
use super::cluster::Cluster;
use super::error::ApiError;
use super::health::health;
use super::index::Index;
use super::info::info;
use super::route::Route;
use super::{bulk, indices, read, search, write};

/// Carries a call out. `faults` returns the statuses for the items of a bulk request.
pub(super) fn run(
    cluster: &mut Cluster,
    route: Route,
    call: &Call<'_>,
    faults: impl FnOnce() -> Vec<u16>,
) -> Result<Reply, ApiError> {
    match route {
        Route::Info => Ok((200, info())),
        Route::Health(index) => health(cluster, index.as_deref(), call),
        Route::CreateIndex(index) => indices::create(cluster, &index, call),
        Route::DeleteIndex(index) => indices::delete(cluster, &index, call),
        Route::GetIndex(index) => indices::get(cluster, &index, call, Index::describe),
        Route::GetMapping(index) => indices::get(
            cluster,
            &index,
            call,
            |index, _| json!({ "mappings": index.mappings }),
        ),
        Route::PutMapping(index) => indices::put_mapping(cluster, &index, call),
        Route::GetSettings(index) => indices::get(
            cluster,
            &index,
            call,
            |index, name| json!({ "settings": index.describe_settings(name) }),
        ),
        Route::Refresh(index) => indices::refresh(cluster, &index, call),
        Route::Index(index, id) => write::index(cluster, &index, id.as_deref(), false, call),
        Route::Create(index, id) => write::index(cluster, &index, Some(&id), true, call),
        Route::Update(index, id) => write::update(cluster, &index, &id, call),
        Route::Delete(index, id) => write::delete(cluster, &index, &id, call),
        Route::Get(index, id) => read::get(cluster, &index, &id, call),
        Route::GetSource(index, id) => read::source(cluster, &index, &id, call),
        Route::MultiGet(index) => read::multi_get(cluster, index.as_deref(), call),
        Route::Bulk(index) => bulk::run(cluster, index.as_deref(), call, &faults()),
        Route::Search(index) => search::search(cluster, index.as_deref(), call),
        Route::Count(index) => search::count(cluster, index.as_deref(), call),
        Route::OpenPit(index) => search::open_pit(cluster, &index, call),
        Route::ClosePit => search::close_pit(cluster, false, call),
        Route::CloseAllPits => search::close_pit(cluster, true, call),
        Route::Scroll(id) => search::continue_scroll(cluster, id, call),
        Route::ClearScroll(id) => search::clear_scroll(cluster, id, call),
    }
}
