// Measures opensearch-go: signing in memory, and requests to a server on loopback.
//
// Arguments: requests.json ORIGIN SECONDS OUT.json; `../run.sh` passes them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/opensearch-project/opensearch-go/v4"
	"github.com/opensearch-project/opensearch-go/v4/signer"
	"github.com/opensearch-project/opensearch-go/v4/signer/awsv2"
)

const (
	subject = "opensearch-go"
	batch   = 8
)

type work struct {
	Name     string      `json:"name"`
	Method   string      `json:"method"`
	URL      string      `json:"url"`
	Path     string      `json:"path"`
	Headers  [][2]string `json:"headers"`
	Body     string      `json:"body"`
	Token    string      `json:"token"`
	IsSigned bool        `json:"is_signed"`
	IsSent   bool        `json:"is_sent"`
}

type row struct {
	Work        string  `json:"work"`
	Subject     string  `json:"subject"`
	MinNs       float64 `json:"min_ns"`
	MedianNs    float64 `json:"median_ns"`
	Allocations *int    `json:"allocations"`
}

type reached struct {
	Work      string  `json:"work"`
	Subject   string  `json:"subject"`
	InFlight  int     `json:"in_flight"`
	PerSecond float64 `json:"per_second"`
	CPUMicros float64 `json:"cpu_micros"`
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	must(err)
	text, err := os.ReadFile(os.Args[1])
	must(err)
	var works []work
	must(json.Unmarshal(text, &works))
	out := struct {
		Rows     []row     `json:"rows"`
		EndToEnd []reached `json:"end_to_end"`
	}{}
	time := time.Duration(seconds * float64(time.Second))
	for _, work := range works {
		if work.IsSigned {
			out.Rows = append(out.Rows, work.sign(time))
		}
	}
	for _, work := range works {
		if work.IsSent {
			out.EndToEnd = append(out.EndToEnd, work.send(os.Args[2], time)...)
		}
	}
	text, err = json.Marshal(out)
	must(err)
	must(os.WriteFile(os.Args[4], text, 0o644))
}

func (w work) signer() signer.Signer {
	keys := aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: w.Token}
	provider := func(context.Context) (aws.Credentials, error) { return keys, nil }
	config := aws.Config{Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(provider)}
	signer, err := awsv2.NewSignerWithService(config, "es")
	must(err)
	return signer
}

func (w work) request(url string) *http.Request {
	var body io.Reader
	if w.Body != "" {
		body = strings.NewReader(w.Body)
	}
	request, err := http.NewRequest(w.Method, url, body)
	must(err)
	for _, header := range w.Headers {
		request.Header.Set(header[0], header[1])
	}
	return request
}

func (w work) sign(limit time.Duration) row {
	signer := w.signer()
	var samples []float64
	for begun := time.Now(); len(samples) == 0 || time.Since(begun) < limit; {
		var prepared [batch]*http.Request
		for at := range prepared {
			prepared[at] = w.request(w.URL)
		}
		start := time.Now()
		for _, request := range prepared {
			must(signer.SignRequest(request))
		}
		samples = append(samples, float64(time.Since(start).Nanoseconds())/batch)
	}
	slices.Sort(samples)
	return row{Work: w.Name, Subject: subject, MinNs: samples[0], MedianNs: samples[len(samples)/2]}
}

func (w work) send(origin string, limit time.Duration) []reached {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client, err := opensearch.NewClient(opensearch.Config{
		Addresses: []string{origin},
		Signer:    w.signer(),
		Transport: transport,
	})
	must(err)
	var all []reached
	for _, inFlight := range []int{1, 16, 64} {
		w.load(client, inFlight, limit/4) // opens connections
		best := w.load(client, inFlight, limit/4)
		for range 3 { // the best counts, as in peers.rs
			it := w.load(client, inFlight, limit/4)
			best.PerSecond = max(best.PerSecond, it.PerSecond)
			best.CPUMicros = min(best.CPUMicros, it.CPUMicros)
		}
		all = append(all, best)
	}
	return all
}

func (w work) load(client *opensearch.Client, inFlight int, limit time.Duration) reached {
	var count atomic.Int64
	var group sync.WaitGroup
	start, cpu := time.Now(), cpuTime()
	for range inFlight {
		group.Go(func() {
			for {
				response, err := client.Perform(w.request(w.Path))
				must(err)
				_, err = io.Copy(io.Discard, response.Body)
				must(err)
				must(response.Body.Close())
				count.Add(1)
				if time.Since(start) >= limit {
					return
				}
			}
		})
	}
	group.Wait()
	took, sent := time.Since(start).Seconds(), float64(count.Load())
	used := float64((cpuTime() - cpu).Microseconds())
	return reached{w.Name, subject, inFlight, sent / took, used / sent}
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
