package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/packets"
)

// How clients are checked at CONNECT: by mochi's own ledger, by a webservice, or not at all, for the certificate is who a client is, and TLS
// has looked at it.
func addAuthentication(server *mqtt.Server, config *configuration) error {
	switch {
	case config.LedgerFile != "":
		text, err := os.ReadFile(config.LedgerFile)
		if err != nil {
			return err
		}
		passwords := map[string]string{}
		if err := json.Unmarshal(text, &passwords); err != nil {
			return err
		}
		users := auth.Users{}
		for name, password := range passwords {
			users[name] = auth.UserRule{Username: auth.RString(name), Password: auth.RString(password)}
		}
		return server.AddHook(new(auth.Hook), &auth.Options{Ledger: &auth.Ledger{Users: users}})
	case config.AuthURL != "":
		return server.AddHook(&webservice{
			url:    config.AuthURL + "/mqtt/auth",
			client: &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		}, nil)
	default:
		return server.AddHook(new(auth.AllowHook), nil)
	}
}

// Asks a webservice about each CONNECT, as JSON; what is no clear yes is a no.
type webservice struct {
	mqtt.HookBase
	url    string
	client *http.Client
}

func (*webservice) ID() string { return "webservice" }

func (*webservice) Provides(b byte) bool {
	return b == mqtt.OnConnectAuthenticate || b == mqtt.OnACLCheck
}

func (hook *webservice) OnConnectAuthenticate(_ *mqtt.Client, packet packets.Packet) bool {
	question, err := json.Marshal(map[string]string{
		"clientid": packet.Connect.ClientIdentifier,
		"username": string(packet.Connect.Username),
		"password": string(packet.Connect.Password),
	})
	if err != nil {
		return false
	}
	response, err := hook.client.Post(hook.url, "application/json", bytes.NewReader(question))
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var answer struct {
		Result string `json:"result"`
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	return err == nil && response.StatusCode == http.StatusOK && answer.Result == "allow"
}

func (*webservice) OnACLCheck(*mqtt.Client, string, bool) bool { return true }
