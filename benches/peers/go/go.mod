module peers

go 1.26.0

require (
	github.com/aws/aws-sdk-go-v2 v1.48.0
	github.com/opensearch-project/opensearch-go/v4 v4.8.1
)

require (
	github.com/aws/smithy-go v1.28.9 // indirect
	golang.org/x/sync v0.23.0 // indirect
)
