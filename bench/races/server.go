// A fast server of the API, which conforms but for what RACE names: there it looks for an id, waits WINDOW microseconds,
// and only then inserts. It prints its URL once it listens.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	fleetsPath    = "/emp/v1/fleets"
	keysPath      = "/emp/v1/charging-keys"
	locationsPath = "/v1/locations/"
	longest       = 100 // code points
	largestBody   = 128 * 1024
)

type fleet struct {
	name  *string
	owner string
	codes []string
}

type key struct {
	Identifier string `json:"keyIdentifier"`
	ValidTo    string `json:"validTo"`
	Contract   string `json:"contractId"`
	Visual     string `json:"visualNumber"`
	Enabled    bool   `json:"enabled"`
	Fleet      string `json:"fleetId,omitempty"`
	owner      string
}

type problem struct {
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

var (
	mutex   sync.RWMutex
	tenants = map[string]string{"demo-key": "demo", "other-key": "other"}
	acme    = "Acme Corporation Fleet"
	fleets  = map[string]*fleet{
		"acme-corp-001": {&acme, "demo", []string{"FLEET2024ABC", "FLEET2024XYZ"}},
		"codeless-001":  {nil, "demo", nil},
		"foreign-001":   {nil, "other", []string{"FOREIGN2024"}},
	}
	keys  []*key
	known = map[string]bool{}

	race   = os.Getenv("RACE")
	window = microseconds(os.Getenv("WINDOW"))
)

func microseconds(text string) time.Duration {
	number, _ := strconv.Atoi(text)
	return time.Duration(number) * time.Microsecond
}

// insert calls put unless an id is taken, in one step or, where this is the race, in two.
func insert(what string, isTaken func() bool, put func()) bool {
	if race == what {
		mutex.RLock()
		taken := isTaken()
		mutex.RUnlock()
		if taken {
			return false
		}
		time.Sleep(window)
		mutex.Lock()
		defer mutex.Unlock()
		put()
		return true
	}
	mutex.Lock()
	defer mutex.Unlock()
	if isTaken() {
		return false
	}
	put()
	return true
}

func fleetOf(id, tenant string) *fleet {
	mutex.RLock()
	defer mutex.RUnlock()
	if found := fleets[id]; found != nil && found.owner == tenant {
		return found
	}
	return nil
}

func respond(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
}

func refuse(w http.ResponseWriter, status int, detail string) {
	respond(w, status, problem{status, detail})
}

func shown(id string, name *string) map[string]any {
	return map[string]any{"fleetId": id, "fleetName": name}
}

// object returns the body as an object, or nil once it has refused it.
func object(w http.ResponseWriter, r *http.Request) map[string]any {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil {
		refuse(w, 413, "The body is too large.")
		return nil
	}
	mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(mediaType), "application/json") {
		refuse(w, 415, "Expected application/json.")
		return nil
	}
	var value map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	err = decoder.Decode(&value)
	_, tail := decoder.Token()
	if err != nil || tail != io.EOF || value == nil || !utf8.Valid(body) || hasLoneSurrogate(body, value) {
		refuse(w, 400, "Expected a JSON object in UTF-8.")
		return nil
	}
	return value
}

// hasLoneSurrogate says whether an escape wrote half of a pair, which Go reads as U+FFFD.
func hasLoneSurrogate(body []byte, value map[string]any) bool {
	again, _ := json.Marshal(value)
	return bytes.Contains(bytes.ToLower(body), []byte(`\ud`)) && bytes.ContainsRune(again, utf8.RuneError)
}

// text returns a member that is a string, and whether it is there and is one that a fleet or a key may have.
func text(value map[string]any, name string) (found string, isThere, fits bool) {
	member, isThere := value[name]
	found, isText := member.(string)
	return found, isThere, isText && strings.TrimSpace(found) != "" && utf8.RuneCountInString(found) <= longest
}

func create(w http.ResponseWriter, tenant string, value map[string]any) {
	id, _, fits := text(value, "fleetId")
	name, isNamed, nameFits := text(value, "fleetName")
	if !fits || (isNamed && !nameFits) {
		refuse(w, 400, "fleetId or fleetName is missing or invalid.")
		return
	}
	made := &fleet{owner: tenant}
	if isNamed {
		made.name = &name
	}
	if !insert("fleet", func() bool { return fleets[id] != nil }, func() { fleets[id] = made }) {
		refuse(w, 409, "A fleet has this fleetId.")
		return
	}
	respond(w, 201, shown(id, made.name))
}

func rename(w http.ResponseWriter, tenant, id string, value map[string]any) {
	name, _, fits := text(value, "newName")
	if !fits {
		refuse(w, 400, "newName is missing or invalid.")
		return
	}
	mutex.Lock()
	found := fleets[id]
	isOurs := found != nil && found.owner == tenant
	if isOurs {
		fleets[id] = &fleet{&name, found.owner, found.codes}
	}
	mutex.Unlock()
	if !isOurs {
		refuse(w, 404, "No fleet has this fleetId.")
		return
	}
	respond(w, 200, shown(id, &name))
}

func invitation(w http.ResponseWriter, tenant, id string) {
	mutex.RLock()
	found := fleets[id]
	mutex.RUnlock()
	switch {
	case found == nil:
		refuse(w, 404, "No fleet has this fleetId.")
	case found.owner != tenant:
		refuse(w, 403, "The fleet is another organization's.")
	case len(found.codes) == 0:
		refuse(w, 404, "The fleet has no active invitation codes.")
	default:
		codes := []map[string]string{}
		for _, code := range found.codes {
			codes = append(codes, map[string]string{"code": code})
		}
		respond(w, 200, codes)
	}
}

func createKey(w http.ResponseWriter, tenant string, value map[string]any) {
	identifier, _, fits := text(value, "keyIdentifier")
	visual, _, visualFits := text(value, "visualNumber")
	contract, _, contractFits := text(value, "contractId")
	id, isInFleet, idFits := text(value, "fleetId")
	enabled, isTold := value["enabled"]
	isEnabled, isBoolean := enabled.(bool)
	if !fits || !visualFits || !contractFits || (isInFleet && !idFits) || (isTold && !isBoolean) {
		refuse(w, 400, "A member is missing or invalid.")
		return
	}
	if isInFleet && fleetOf(id, tenant) == nil {
		refuse(w, 400, "No fleet has this fleetId.")
		return
	}
	made := &key{identifier, "2039-12-31T23:59:59Z", contract, visual, isEnabled || !isTold, id, tenant}
	put := func() { known[identifier], keys = true, append(keys, made) }
	if !insert("key", func() bool { return known[identifier] }, put) {
		refuse(w, 409, "A charging key has this keyIdentifier.")
		return
	}
	w.WriteHeader(204)
}

func listKeys(w http.ResponseWriter, tenant string, query url.Values) {
	size, from := 100, 0
	var err error
	if query.Has("page_size") {
		size, err = strconv.Atoi(query.Get("page_size"))
	}
	if err == nil && query.Has("cursor") {
		from, err = strconv.Atoi(query.Get("cursor"))
	}
	if err != nil || size < 10 || size > 500 || from < 0 {
		refuse(w, 400, "page_size or cursor is invalid.")
		return
	}
	id, isFiltered := query.Get("fleetId"), query.Has("fleetId")
	if isFiltered && fleetOf(id, tenant) == nil {
		refuse(w, 404, "No fleet has this fleetId.")
		return
	}
	mutex.RLock()
	defer mutex.RUnlock()
	page := []*key{}
	for place := from; place < len(keys); place++ {
		each := keys[place]
		if each.owner != tenant || (isFiltered && each.Fleet != id) {
			continue
		}
		if len(page) == size {
			respond(w, 200, map[string]any{"keys": page, "cursor": strconv.Itoa(place)})
			return
		}
		page = append(page, each)
	}
	respond(w, 200, map[string]any{"keys": page})
}

func location(w http.ResponseWriter, tenant, id string, query url.Values) {
	asked := query.Get("fleetId")
	switch {
	case id != "loc-001":
		refuse(w, 404, "No location has this id.")
		return
	case query.Has("fleetId") && fleetOf(asked, tenant) == nil:
		refuse(w, 404, "No fleet has this fleetId.")
		return
	}
	price := "0.59"
	if asked == "acme-corp-001" {
		price = "0.41"
	}
	element := map[string]string{"type": "ENERGY", "price": price}
	priced := map[string]any{"id": "price-" + price, "currency": "EUR", "elements": []any{element}}
	connector := map[string]any{"id": "1", "price": priced}
	evse := map[string]any{"uid": "1", "connectors": []any{connector}}
	respond(w, 200, map[string]any{"id": id, "name": "Harbour Garage", "evses": []any{evse}})
}

// methods returns the operations of a path by method, and the id in it; none for a path that there is not.
func methods(path string) (string, string) {
	parts := strings.Split(path, "/")
	id := ""
	if len(parts) > 3 {
		id, _ = url.PathUnescape(parts[len(parts)-1])
	}
	switch {
	case path == fleetsPath:
		return "POST", ""
	case path == keysPath:
		return "GET, POST", ""
	case strings.HasPrefix(path, locationsPath) && len(parts) == 4 && id != "":
		return "GET", id
	case strings.HasPrefix(path, fleetsPath+"/") && len(parts) == 6:
		id, _ = url.PathUnescape(parts[4])
		if id != "" && parts[5] == "rename" {
			return "PUT", id
		}
		if id != "" && parts[5] == "invitation" {
			return "GET", id
		}
	}
	return "", ""
}

func handle(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	allowed, id := methods(path)
	tenant := tenants[r.Header.Get("X-API-Key")]
	query, err := url.ParseQuery(r.URL.RawQuery)
	switch {
	case allowed == "":
		refuse(w, 404, "Nothing has this path.")
		return
	case tenant == "":
		refuse(w, 401, "X-API-Key is missing or unknown.")
		return
	case !strings.Contains(allowed, r.Method):
		w.Header().Set("Allow", allowed)
		refuse(w, 405, "This path does not support the method.")
		return
	case err != nil:
		refuse(w, 400, "The query cannot be read.")
		return
	case path == keysPath && r.Method == "GET":
		listKeys(w, tenant, query)
		return
	case strings.HasPrefix(path, locationsPath):
		location(w, tenant, id, query)
		return
	case r.Method == "GET":
		invitation(w, tenant, id)
		return
	}
	value := object(w, r)
	switch {
	case value == nil:
	case path == fleetsPath:
		create(w, tenant, value)
	case path == keysPath:
		createKey(w, tenant, value)
	default:
		rename(w, tenant, id, value)
	}
}

func main() {
	for number := 1; number <= 25; number++ {
		id := "acme-corp-001"
		if number%4 == 0 {
			id = "codeless-001"
		}
		identifier := fmt.Sprintf("04%012X", number*7919)
		contract, visual := fmt.Sprintf("DE-ACM-C%08d", number), fmt.Sprintf("ACME-%04d", number)
		keys = append(keys, &key{identifier, "2039-12-31T23:59:59Z", contract, visual, true, id, "demo"})
		known[identifier] = true
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	http.Serve(listener, http.HandlerFunc(handle))
}
