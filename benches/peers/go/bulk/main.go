// Loads documents with the bulk helper of opensearch-go or go-elasticsearch, and prints its CPU time.
//
// Arguments: SUBJECT documents.ndjson ORIGIN COUNT; `../../run.sh` passes them.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esutil"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/opensearchapi"
	"github.com/opensearch-project/opensearch-go/v4/opensearchutil"
)

const chunk = 5 << 20

type document struct {
	Timestamp uint64 `json:"timestamp"`
	Client    string `json:"client"`
	Request   string `json:"request"`
	Status    uint16 `json:"status"`
	Size      uint32 `json:"size"`
}

// A helper with its two calls that matter here.
type helper struct {
	add func(body *bytes.Reader) error
	// Waits for all documents, and returns how many the server stored.
	finish func() uint64
}

func main() {
	subject, origin := os.Args[1], os.Args[3]
	documents := read(os.Args[2])
	count, err := strconv.Atoi(os.Args[4])
	must(err)
	var helper helper
	switch subject {
	case "opensearch-go":
		helper = openSearch(origin)
	case "go-elasticsearch":
		helper = elastic(origin)
	default:
		must(fmt.Errorf("unknown subject %q", subject))
	}
	before := cpuTime()
	for at := range count {
		text, err := json.Marshal(&documents[at%len(documents)])
		must(err)
		must(helper.add(bytes.NewReader(text)))
	}
	stored := helper.finish()
	used := cpuTime() - before
	if stored != uint64(count) {
		must(fmt.Errorf("%d of %d", stored, count))
	}
	line, err := json.Marshal(map[string]any{"subject": subject, "documents": count, "cpu_s": used.Seconds()})
	must(err)
	fmt.Println(string(line))
}

func openSearch(origin string) helper {
	client, err := opensearchapi.NewClient(opensearchapi.Config{
		Client: opensearch.Config{Addresses: []string{origin}},
	})
	must(err)
	indexer, err := opensearchutil.NewBulkIndexer(opensearchutil.BulkIndexerConfig{
		Client: client, Index: "logs", FlushBytes: chunk,
	})
	must(err)
	return helper{
		add: func(body *bytes.Reader) error {
			item := opensearchutil.BulkIndexerItem{Action: "index", Body: body}
			return indexer.Add(context.Background(), item)
		},
		finish: func() uint64 {
			must(indexer.Close(context.Background()))
			return indexer.Stats().NumFlushed
		},
	}
}

func elastic(origin string) helper {
	client, err := elasticsearch.NewClient(elasticsearch.Config{Addresses: []string{origin}})
	must(err)
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{
		Client: client, Index: "logs", FlushBytes: chunk,
	})
	must(err)
	return helper{
		add: func(body *bytes.Reader) error {
			item := esutil.BulkIndexerItem{Action: "index", Body: body}
			return indexer.Add(context.Background(), item)
		},
		finish: func() uint64 {
			must(indexer.Close(context.Background()))
			return indexer.Stats().NumFlushed
		},
	}
}

func read(path string) []document {
	text, err := os.ReadFile(path)
	must(err)
	var documents []document
	for line := range bytes.Lines(text) {
		var one document
		must(json.Unmarshal(line, &one))
		documents = append(documents, one)
	}
	return documents
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
