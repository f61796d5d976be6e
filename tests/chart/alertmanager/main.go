// What a cluster makes of the chart's AlertmanagerConfig: the Prometheus Operator's code merges it into the
// configuration that kube-prometheus-stack ships, Alertmanager's code loads that and routes alerts.
//
// Standard input: {"base", "config", "secret", "matcherStrategy", "alerts"}. Standard output: the receivers of each alert, or on
// standard error what either of them objects to.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/blang/semver/v4"
	"github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	"github.com/prometheus-operator/prometheus-operator/pkg/alertmanager/validation/v1alpha1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	"github.com/prometheus-operator/prometheus-operator/pkg/operator"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

type input struct {
	Base            string                                         `json:"base"`
	Config          *monitoringv1alpha1.AlertmanagerConfig         `json:"config"`
	Secret          *corev1.Secret                                 `json:"secret"`
	MatcherStrategy monitoringv1.AlertmanagerConfigMatcherStrategy `json:"matcherStrategy"`
	Alerts          []model.LabelSet                               `json:"alerts"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var in input
	if err := yaml.UnmarshalStrict(text, &in); err != nil {
		return err
	}
	merged, err := merge(in)
	if err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	loaded, err := config.Load(string(merged))
	if err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	routes := dispatch.NewRoute(loaded.Route, nil)
	receivers := make([][]string, len(in.Alerts))
	for i, alert := range in.Alerts {
		for _, route := range routes.Match(alert) {
			receivers[i] = append(receivers[i], route.RouteOpts.Receiver)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(receivers)
}

func merge(in input) ([]byte, error) {
	if err := v1alpha1.ValidateAlertmanagerConfig(in.Config); err != nil {
		return nil, err
	}
	version, err := semver.ParseTolerant(operator.DefaultAlertmanagerVersion)
	if err != nil {
		return nil, err
	}
	owner := &monitoringv1.Alertmanager{}
	owner.Namespace = "monitoring"
	owner.Spec.AlertmanagerConfigMatcherStrategy = in.MatcherStrategy
	builder := alertmanager.NewConfigBuilder(slog.New(slog.DiscardHandler), version, assets.NewTestStoreBuilder(in.Secret), owner)
	if err := builder.InitializeFromRawConfiguration([]byte(in.Base)); err != nil {
		return nil, err
	}
	configs := map[string]*monitoringv1alpha1.AlertmanagerConfig{in.Config.Namespace + "/" + in.Config.Name: in.Config}
	if err := builder.AddAlertmanagerConfigs(context.Background(), configs); err != nil {
		return nil, err
	}
	return builder.MarshalJSON()
}
