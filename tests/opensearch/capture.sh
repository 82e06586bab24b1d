#!/usr/bin/env bash
# Sends one request of each kind to the running OpenSearch and stores the responses as fixtures.
#
#   [OPENSEARCH_VERSION=3.8.0] tests/opensearch/capture.sh
#
# The server must have been started just before (tests/opensearch.sh start) and contain no data. The
# script writes tests/fixtures/opensearch/2.19/NAME.json, where only the indentation is changed, and
# answers.tsv with the status, role and request of each response.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
version=${OPENSEARCH_VERSION:-2.19.4}
url=$("$here/../opensearch.sh" url)
out=$here/../fixtures/opensearch/${version%.*}
role='admin'
type=application/json

# ask NAME METHOD PATH [BODY]
ask() {
  local name=$1 method=$2 path=$3 arn=arn:aws:iam::123456789012:role/$role status
  local headers=(-H "content-type: $type" -H 'x-forwarded-for: 127.0.0.1')
  if [ "$role" != anonymous ]; then headers+=(-H "x-proxy-user: $arn" -H "x-proxy-roles: $arn"); fi
  if [ $# -gt 3 ]; then headers+=(--data-binary "$4"); fi
  status=$(curl -sS --noproxy '*' -X "$method" "${headers[@]}" -o "$out/answer" -w '%{http_code}' "$url$path")
  if python3 -m json.tool --indent 2 --no-ensure-ascii "$out/answer" "$out/$name.json" 2>/dev/null; then
    name=$name.json
  else
    rm -f "$out/$name.json"
    name=$name.txt
    mv "$out/answer" "$out/$name"
  fi
  printf '%s\t%s\t%s\t%s %.120s\n' "$name" "$status" "$role" "$method" "$path" >>"$out/answers.tsv"
}

# field NAME EXPRESSION: prints a value of a response that is already stored.
field() { python3 -c "import json,sys; print(json.load(open(sys.argv[1]))$2)" "$out/$1.json"; }

lines() { printf '%s\n' "$@"; }

mkdir -p "$out"
rm -f "$out"/*.json "$out"/*.txt
printf 'file\tstatus\trole\trequest\n' >"$out/answers.tsv"

ask info GET /
# Searches see documents only after a refresh that is asked for, however slow this machine is.
never_refresh() {
  ask never_refresh PUT /movies/_settings '{"index.refresh_interval":"-1"}'
  rm "$out/never_refresh.json"
  sed -i /^never_refresh/d "$out/answers.tsv"
}

ask index_create PUT /movies '{"mappings":{"properties":{"title":{"type":"text"},"genre":{"type":"keyword"},"year":{"type":"integer"}}}}'
ask index_create_exists PUT /movies
ask index_create_invalid_name PUT /Movies
ask index_create_bad_setting PUT /other '{"settings":{"index.no_such":1}}'
ask index_get GET /movies
ask index_get_mapping GET /movies/_mapping
ask index_not_found GET /missing/_mapping
ask index_delete_not_found DELETE /missing
ask health GET '/_cluster/health?wait_for_status=yellow'
ask health_indices GET '/_cluster/health?level=indices'
ask health_shards GET '/_cluster/health/movies?level=shards'
ask health_timed_out GET '/_cluster/health?wait_for_status=green&timeout=100ms'

ask document_index_created PUT /movies/_doc/tt0111161 '{"title":"The Shawshank Redemption","genre":"drama","year":1994}'
ask document_index_updated PUT '/movies/_doc/tt0111161?refresh=true' '{"title":"The Shawshank Redemption","genre":"drama","year":1994}'
ask document_index_wait_for PUT '/movies/_doc/a%20b%2F%D0%B6?refresh=wait_for&routing=%D0%B6' '{"title":"Сталкер","genre":"drama","year":1979}'
never_refresh
ask document_index_automatic_id POST /movies/_doc '{"title":"Alien","genre":"horror","year":1979}'
ask document_create PUT /movies/_create/tt0068646 '{"title":"The Godfather","genre":"crime","year":1972}'
ask document_create_conflict PUT /movies/_create/tt0068646 '{"title":"The Godfather"}'
ask document_if_seq_no_conflict PUT '/movies/_doc/tt0068646?if_seq_no=99&if_primary_term=1' '{"title":"The Godfather"}'
ask document_mapper_parsing PUT /movies/_doc/bad '{"year":"not a number"}'
ask document_malformed PUT /movies/_doc/bad '{"year":'
ask document_id_too_long PUT "/movies/_doc/$(printf 'x%.0s' {1..513})" '{}'
ask document_unavailable_shards PUT '/movies/_doc/late?wait_for_active_shards=2&timeout=100ms' '{}'
ask document_get GET /movies/_doc/tt0111161
ask document_get_routing GET '/movies/_doc/a%20b%2F%D0%B6?routing=%D0%B6'
ask document_get_without_source GET '/movies/_doc/tt0111161?_source=false'
ask document_get_missing GET /movies/_doc/nowhere
ask document_get_index_missing GET /missing/_doc/1
ask document_get_source GET /movies/_source/tt0111161
ask document_get_source_missing GET /movies/_source/nowhere
ask document_update POST /movies/_update/tt0111161 '{"doc":{"rating":9.3}}'
ask document_update_noop POST /movies/_update/tt0111161 '{"doc":{"rating":9.3}}'
ask document_update_script POST '/movies/_update/tt0111161?_source=true' '{"script":{"source":"ctx._source.year += params.by","params":{"by":1}}}'
ask document_update_script_error POST /movies/_update/tt0111161 '{"script":{"source":"ctx._source.nothing.length()"}}'
ask document_update_upsert POST /movies/_update/tt0000001 '{"doc":{"title":"Carmencita","year":1894},"doc_as_upsert":true}'
ask document_update_missing POST /movies/_update/nowhere '{"doc":{"year":1}}'
ask document_delete DELETE /movies/_doc/tt0000001
ask document_delete_missing DELETE /movies/_doc/nowhere
ask document_mget POST /movies/_mget '{"ids":["tt0111161","nowhere"]}'

type=application/x-ndjson
ask bulk POST /movies/_bulk "$(lines '{"index":{"_id":"1"}}' '{"title":"Heat","genre":"crime","year":1995}' '{"create":{"_id":"2"}}' '{"title":"Ronin","genre":"crime","year":1998}' '{"update":{"_id":"1"}}' '{"doc":{"rating":8.3}}' '{"delete":{"_id":"2"}}')"$'\n'
ask bulk_errors POST '/_bulk?refresh=true' "$(lines '{"index":{"_index":"movies","_id":"3"}}' '{"title":"Tenet","genre":"action","year":2020}' '{"create":{"_index":"movies","_id":"1"}}' '{"title":"Heat"}' '{"index":{"_index":"movies","_id":"4"}}' '{"year":"not a number"}' '{"update":{"_index":"movies","_id":"nowhere"}}' '{"doc":{"year":1}}' '{"delete":{"_index":"movies","_id":"nowhere"}}' '{"delete":{"_index":"missing","_id":"1"}}' '{"index":{"_index":"Invalid","_id":"1"}}' '{}')"$'\n'
ask bulk_empty POST /_bulk ''
ask bulk_no_last_newline POST /movies/_bulk "$(lines '{"index":{"_id":"5"}}' '{"year":1}')"
ask bulk_bad_action POST /movies/_bulk $'{"replace":{"_id":"5"}}\n{}\n'
type=application/json

ask refresh POST /movies/_refresh
ask search POST /movies/_search '{"query":{"match":{"title":"redemption"}}}'
ask search_empty POST /movies/_search '{"query":{"match":{"title":"unheard of"}}}'
ask search_q GET '/movies/_search?q=title:godfather&size=10'
ask search_aggregations POST /movies/_search '{"aggs":{"genres":{"terms":{"field":"genre"},"aggs":{"newest":{"max":{"field":"year"}}}}}}'
ask search_sorted POST /movies/_search '{"sort":[{"year":"desc"},{"_id":"asc"}],"size":2,"track_total_hits":false,"_source":["title"]}'
ask search_highlight POST /movies/_search '{"query":{"match":{"title":"heat"}},"highlight":{"fields":{"title":{}}},"fields":["year"],"_source":false,"version":true,"seq_no_primary_term":true}'
ask search_index_missing POST /missing/_search '{}'
ask search_parse_error POST /movies/_search '{"query":{"no_such_query":{}}}'
ask search_malformed POST /movies/_search '{"query":'
ask search_bad_q GET '/movies/_search?q=title:(('
ask search_all_shards_failed POST /movies/_search '{"query":{"term":{"year":"not a number"}}}'
ask index_create_second PUT /series '{"mappings":{"properties":{"year":{"type":"keyword"}}}}'
ask search_some_shards_failed POST /movies,series/_search '{"query":{"term":{"year":"not a number"}}}'
ask search_result_window POST /movies/_search '{"from":10000,"size":1}'
ask scroll_first POST '/movies/_search?scroll=1m' '{"size":2,"sort":["year"]}'
scroll=$(field scroll_first '["_scroll_id"]')
ask scroll_next POST /_search/scroll "{\"scroll\":\"1m\",\"scroll_id\":\"$scroll\"}"
ask scroll_delete DELETE /_search/scroll "{\"scroll_id\":\"$scroll\"}"
ask scroll_gone POST /_search/scroll "{\"scroll\":\"1m\",\"scroll_id\":\"$scroll\"}"
ask pit_create POST '/movies/_search/point_in_time?keep_alive=1m'
pit=$(field pit_create '["pit_id"]')
ask pit_search POST /_search "{\"size\":2,\"pit\":{\"id\":\"$pit\",\"keep_alive\":\"1m\"},\"sort\":[\"year\"]}"
ask pit_delete DELETE /_search/point_in_time "{\"pit_id\":[\"$pit\"]}"
ask pit_gone POST /_search "{\"pit\":{\"id\":\"$pit\"}}"
ask count POST /movies/_count '{"query":{"term":{"genre":"crime"}}}'
ask count_parse_error POST /movies/_count '{"query":{"no_such_query":{}}}'

# Responses that a parameter changes, and responses with parts that few searches have.
ask search_total_as_int POST '/movies/_search?rest_total_hits_as_int=true' '{"size":1}'
ask search_total_not_counted POST '/movies/_search?rest_total_hits_as_int=true' '{"size":1,"track_total_hits":false}'
ask search_filtered POST '/movies/_search?filter_path=hits.total.value,hits.hits._id' '{"size":1}'
ask search_filtered_empty POST '/movies/_search?filter_path=hits.hits._id' '{"query":{"match":{"title":"unheard of"}}}'
ask index_create_filtered PUT '/shapes?filter_path=index' '{"mappings":{"properties":{"text":{"type":"text","term_vector":"with_positions_offsets"},"number":{"type":"integer","ignore_malformed":true},"actors":{"type":"nested"}}}}'
ask document_index_filtered PUT '/shapes/_doc/1?refresh=true&filter_path=_id' '{"text":"needle","number":"not a number","actors":[{"name":"Sam"},{"name":"Al"}]}'
ask document_get_filtered GET '/shapes/_doc/1?filter_path=_source.text'
ask document_get_missing_filtered GET '/shapes/_doc/nowhere?filter_path=_source'
ask document_delete_missing_filtered DELETE '/shapes/_doc/nowhere?filter_path=_id'
ask search_other_parts POST /shapes/_search '{"query":{"bool":{"must":{"match":{"text":{"query":"needle","_name":"text"}}},"should":{"nested":{"path":"actors","query":{"match":{"actors.name":"sam"}},"inner_hits":{}}}}},"suggest":{"spelling":{"text":"nedle","term":{"field":"text","min_doc_freq":0}}},"explain":true,"terminate_after":10,"profile":true}'
# Texts that the server cuts inside an emoji.
emojis=$(printf '🎬%.0s' {1..12})
ask document_emojis PUT '/shapes/_doc/2?refresh=true' "{\"text\":\"x$emojis haystack ${emojis}x\"}"
ask search_half_surrogate POST /shapes/_search '{"_source":false,"query":{"match":{"text":"haystack"}},"highlight":{"type":"fvh","fields":{"text":{"fragment_size":19,"boundary_chars":"","boundary_max_scan":0}}}}'
type=application/x-ndjson
ask bulk_half_surrogate POST /movies/_bulk "$(lines '{"index":{"_id":"6"}}' '{"year":1996}' '{"index":{"_id":"7"}}' '{"year":"cut \ud83d"}')"$'\n'
ask bulk_filtered POST '/movies/_bulk?filter_path=errors' "$(lines '{"index":{"_id":"6"}}' '{"year":1996}' '{"delete":{"_id":"6"}}')"$'\n'
ask bulk_filtered_errors POST '/movies/_bulk?filter_path=items.*.error' "$(lines '{"index":{"_id":"6"}}' '{"year":1996}' '{"index":{"_id":"7"}}' '{"year":"not a number"}')"$'\n'
type=application/json

ask no_handler POST /_no/such/thing '{}'
ask method_not_allowed PUT /_search '{}'
ask unknown_parameter GET '/movies/_search?no_such=1'
type=text/plain ask content_type POST /movies/_search '{}'

ask ingest_pipeline PUT /_ingest/pipeline/seen '{"processors":[{"set":{"field":"seen","value":true}}]}'
ask reindex POST '/_reindex?refresh=true' '{"source":{"index":"movies"},"dest":{"index":"copies","pipeline":"seen"}}'
ask update_by_query POST '/copies/_update_by_query?refresh=true' '{"script":{"source":"ctx._source.copied = true"}}'
ask reindex_task POST '/_reindex?wait_for_completion=false' '{"source":{"index":"movies"},"dest":{"index":"copies"}}'
ask task_get GET "/_tasks/$(field reindex_task '["task"]')?wait_for_completion=true"
ask task_missing GET "/_tasks/$(field reindex_task '["task"].split(":")[0]'):999999"
ask delete_by_query POST '/copies/_delete_by_query?refresh=true' '{"query":{"term":{"genre":"crime"}}}'
# The reindex sleeps a second after each document, so that it runs when it is listed, limited and cancelled.
ask task_slow_start POST '/_reindex?wait_for_completion=false&requests_per_second=1' '{"source":{"index":"movies","size":1},"dest":{"index":"slow"}}'
slow=$(field task_slow_start '["task"]')
sleep 0.5
ask task_running GET "/_tasks/$slow"
ask task_list GET '/_tasks?actions=*reindex&detailed=true&group_by=none'
ask task_rethrottle POST "/_reindex/$slow/_rethrottle?requests_per_second=2&group_by=none"
ask task_cancel POST "/_tasks/$slow/_cancel?group_by=none"
ask task_cancelled GET "/_tasks/$slow?wait_for_completion=true"
ask task_cancel_missing POST "/_tasks/${slow%:*}:999999/_cancel?group_by=none"
ask task_rethrottle_missing POST "/_reindex/${slow%:*}:999999/_rethrottle?requests_per_second=2&group_by=none"
ask task_strict_index PUT /strict '{"mappings":{"dynamic":"strict"}}'
ask task_failing_start POST '/_reindex?wait_for_completion=false' '{"source":{"index":"movies"},"dest":{"index":"strict"}}'
ask task_with_failures GET "/_tasks/$(field task_failing_start '["task"]')?wait_for_completion=true"
ask task_script_start POST '/movies/_update_by_query?wait_for_completion=false' '{"script":{"source":"ctx._source.nothing.length()"}}'
ask task_with_error GET "/_tasks/$(field task_script_start '["task"]')?wait_for_completion=true"
ask task_sliced_start POST '/movies/_delete_by_query?wait_for_completion=false&slices=2' '{"query":{"term":{"genre":"none"}}}'
ask task_sliced GET "/_tasks/$(field task_sliced_start '["task"]')?wait_for_completion=true"
ask aliases POST /_aliases '{"actions":[{"add":{"index":"copies","alias":"films"}}]}'
ask alias_get GET /_alias/films
ask alias_missing GET /_alias/nothing
ask cat_indices GET '/_cat/indices/movies?format=json'
ask cat_indices_columns GET '/_cat/indices/movies?format=json&bytes=b&h=health,status,index,uuid,pri,rep,docs.count,docs.deleted,store.size,pri.store.size'
ask cat_shards GET '/_cat/shards/movies?format=json&bytes=b&h=index,shard,prirep,state,docs,store,ip,node,unassigned.reason'
ask cat_nodes GET '/_cat/nodes?format=json&bytes=b&h=ip,name,version,node.role,cluster_manager,master,heap.percent,ram.percent,cpu,load_1m,disk.total,disk.avail'
ask index_put_settings PUT /copies/_settings '{"index":{"refresh_interval":"7s"}}'
ask index_get_settings GET '/copies/_settings?flat_settings=true'
ask index_put_mapping PUT /copies/_mapping '{"properties":{"score":{"type":"float"}}}'
ask index_put_mapping_conflict PUT /copies/_mapping '{"properties":{"score":{"type":"text"}}}'
ask template_put PUT /_index_template/logs '{"index_patterns":["logs-*"],"template":{"settings":{"number_of_shards":1}},"priority":7}'
ask template_put_exists PUT '/_index_template/logs?create=true' '{"index_patterns":["logs-*"]}'
ask template_get GET /_index_template/logs
ask template_missing GET /_index_template/nothing
ask template_delete DELETE /_index_template/logs
ask pipeline_get GET /_ingest/pipeline/seen
ask pipeline_missing GET /_ingest/pipeline/nothing
ask pipeline_put_unknown_processor PUT /_ingest/pipeline/bad '{"processors":[{"no_such":{}}]}'
ask pipeline_simulate POST /_ingest/pipeline/seen/_simulate '{"docs":[{"_source":{"title":"Heat"}}]}'
ask pipeline_simulate_failing POST /_ingest/pipeline/_simulate '{"pipeline":{"processors":[{"fail":{"message":"no"}}]},"docs":[{"_source":{}}]}'
ask pipeline_simulate_verbose POST '/_ingest/pipeline/seen/_simulate?verbose=true' '{"docs":[{"_source":{"title":"Heat"}}]}'
ask document_mget_errors POST /movies/_mget '{"docs":[{"_id":"tt0111161"},{"_id":"nowhere"},{"_index":"missing","_id":"1"}]}'
type=application/x-ndjson
ask msearch POST /_msearch "$(lines '{"index":"movies"}' '{"query":{"match":{"title":"heat"}}}' '{"index":"missing"}' '{}' '{"index":"movies"}' '{"query":{"term":{"year":"not a number"}}}')"$'\n'
type=application/json
ask shelf PUT /shelf '{"mappings":{"properties":{"title":{"type":"keyword"},"year":{"type":"integer"},"seen":{"type":"date"},"actors":{"type":"nested","properties":{"name":{"type":"keyword"}}}}}}'
type=application/x-ndjson
ask shelf_bulk POST '/shelf/_bulk?refresh=true' "$(lines '{"index":{}}' '{"title":"Alien","year":1979,"seen":"2024-01-05","actors":[{"name":"Weaver"}]}' '{"index":{}}' '{"title":"Heat","year":1995,"seen":"2024-01-20","actors":[{"name":"De Niro"}]}' '{"index":{}}' '{"title":"Ronin","year":1998,"seen":"2024-03-01","actors":[{"name":"De Niro"}]}')"$'\n'
type=application/json
aggregations='{"titles":{"terms":{"field":"title"},"aggs":{"best":{"top_hits":{"size":1}}}},"months":{"date_histogram":{"field":"seen","calendar_interval":"month"},"aggs":{"latest":{"max":{"field":"year"}}}},"decades":{"histogram":{"field":"year","interval":10}},"eras":{"range":{"field":"year","ranges":[{"to":1990},{"from":1990,"key":"new"}]}},"some":{"filters":{"filters":{"old":{"range":{"year":{"lt":1990}}},"none":{"term":{"title":"x"}}}}},"years":{"stats":{"field":"year"}},"spread":{"percentiles":{"field":"year","percents":[50,100]}},"different":{"cardinality":{"field":"year"}},"pages":{"composite":{"size":2,"sources":[{"title":{"terms":{"field":"title"}}}]}},"actors":{"nested":{"path":"actors"},"aggs":{"names":{"terms":{"field":"actors.name"}}}},"mean":{"avg":{"field":"year"}},"nothing":{"stats":{"field":"missing"}}}'
ask search_aggregations_each POST /shelf/_search "{\"size\":0,\"aggs\":$aggregations}"
ask search_aggregations_typed_keys POST '/shelf/_search?typed_keys=true' "{\"size\":0,\"aggs\":$aggregations}"
ask search_without_source POST /shelf/_search '{"_source":false,"fields":["year","title"],"highlight":{"fields":{"title":{}}},"query":{"bool":{"must":[{"match":{"title":"Alien"}},{"nested":{"path":"actors","query":{"term":{"actors.name":"Weaver"}},"inner_hits":{}}}]}}}'

ask block_write PUT /copies/_settings '{"index.blocks.write":true}'
ask blocked_write PUT /copies/_doc/1 '{}'
ask blocked_bulk POST /copies/_bulk $'{"index":{"_id":"1"}}\n{}\n'
ask block_allow_delete PUT /copies/_settings '{"index.blocks.write":false,"index.blocks.read_only_allow_delete":true}'
ask blocked_disk_full PUT /copies/_doc/1 '{}'
ask index_close POST /series/_close
ask index_closed POST /series/_search '{}'
ask index_open POST /series/_open
ask index_delete DELETE /series,copies,slow,strict,shelf
ask pipeline_delete DELETE /_ingest/pipeline/seen

ask repository_put PUT /_snapshot/backup '{"type":"fs","settings":{"location":"capture"}}'
ask repository_get GET /_snapshot/backup
ask repository_verify POST /_snapshot/backup/_verify
ask repository_missing GET /_snapshot/missing
ask repository_bad_location PUT /_snapshot/outside '{"type":"fs","settings":{"location":"/outside"}}'
ask repository_no_such_type PUT /_snapshot/outside '{"type":"s3","settings":{"bucket":"b"}}'
ask snapshot_create PUT '/_snapshot/backup/first?wait_for_completion=true'
ask snapshot_create_accepted PUT /_snapshot/backup/second '{"indices":"movies","include_global_state":false}'
ask snapshot_create_exists PUT '/_snapshot/backup/first?wait_for_completion=true'
ask snapshot_get GET /_snapshot/backup/first
ask snapshot_status GET /_snapshot/backup/first/_status
ask snapshot_missing GET /_snapshot/backup/missing
ask snapshot_restore_over_open POST '/_snapshot/backup/first/_restore' '{"indices":"movies"}'
# shellcheck disable=SC2016 # a group of the pattern, not a variable
ask snapshot_restore POST '/_snapshot/backup/first/_restore?wait_for_completion=true' '{"indices":"movies","rename_pattern":"(.+)","rename_replacement":"restored-$1"}'

if [ "${version%%.*}" = 2 ]; then
  ask security_restore_of_everything POST /_snapshot/backup/first/_restore
  role='reader'
  ask security_reader_index PUT /movies/_doc/1 '{}'
  ask security_reader_create_index PUT /other
  ask security_reader_bulk POST /_bulk $'{"index":{"_index":"movies"}}\n{}\n'
  ask security_reader_repository PUT /_snapshot/other '{"type":"fs","settings":{"location":"other"}}'
  role='nobody'
  ask security_nobody_info GET /
  ask security_nobody_get GET /movies/_doc/1
  ask security_nobody_search POST /movies/_search '{}'
  role='anonymous'
  ask security_unauthenticated GET /
  # A role that may write to one index: the bulk request succeeds, and one item is denied.
  role='admin'
  ask security_role_put PUT /_plugins/_security/api/roles/movies_writer '{"cluster_permissions":["cluster_composite_ops"],"index_permissions":[{"index_patterns":["movies"],"allowed_actions":["crud"]}]}'
  ask security_role_mapping_put PUT /_plugins/_security/api/rolesmapping/movies_writer '{"backend_roles":["arn:aws:iam::123456789012:role/writer"]}'
  role='writer'
  ask security_bulk_item POST /_bulk $'{"index":{"_index":"movies","_id":"1"}}\n{}\n{"index":{"_index":"other","_id":"1"}}\n{}\n'
  role='admin'
fi

ask snapshot_delete DELETE /_snapshot/backup/first
ask repository_delete DELETE /_snapshot/backup
rm -f "$out/answer"
