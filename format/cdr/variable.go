package cdr

import "bytes"

// variable is one of the channel variables of FreeSWITCH that are read.
type variable int

const (
	varUUID variable = iota
	varCalling
	varCalled
	varFromUser
	varAgent
	varOurAgent
	varQueue
	varCampaign
	varCampaignID
	varGateway
	varSIPCallID
	varCause
	varDirection
	varChannel
	varBridgeChannel
	varLastApp
	varLastArg
	varOriginating
	varOriginator
	varBond
	varBridge
	varCallUUID
	varStartU
	varStart
	varStartStamp
	varAnswerU
	varAnswer
	varAnswerStamp
	varEndU
	varEnd
	varEndStamp
	varBillMS
	varBillSec
	variableEnd
)

// variables are their names, in the order of the constants.
var variables = []string{
	"uuid", "caller_id_number", "destination_number", "sip_from_user", "cc_agent", "agent", "cc_queue", "campaign", "campaign_id",
	"sip_gateway_name", "sip_call_id", "hangup_cause", "direction", "channel_name", "bridge_channel", "last_app", "last_arg",
	"originating_leg_uuid", "originator", "signal_bond", "bridge_uuid", "call_uuid",
	"start_uepoch", "start_epoch", "start_stamp", "answer_uepoch", "answer_epoch", "answer_stamp", "end_uepoch", "end_epoch", "end_stamp",
	"billmsec", "billsec",
}

// profileField is a field of a caller profile and its times.
type profileField int

const (
	profileIndex profileField = iota
	profileUUID
	profileUser
	profileCalling
	profileCalled
	profileContext
	profileChannel
	profileCreated
	profileAnswered
	profileHangup
	profileEnd
)

// profileNames are their names, in the order of the constants.
var profileNames = []string{
	"profile_index", "uuid", "username", "caller_id_number", "destination_number", "context", "chan_name",
	"created_time", "answered_time", "hangup_time",
}

// unescape undoes URL encoding. A + stays: FreeSWITCH writes a blank as %20, and
// numbers that are not encoded begin with one. What is no %XX stays as it is,
// and so does %00, which no text has.
func unescape(a *arena, v []byte) []byte {
	if bytes.IndexByte(v, '%') < 0 {
		return v
	}
	to := a.begin()
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) {
			high, ok1 := hexDigit(v[i+1])
			low, ok2 := hexDigit(v[i+2])
			if c := high<<4 | low; ok1 && ok2 && c != 0 {
				to = append(to, c)
				i += 2
				continue
			}
		}
		to = append(to, v[i])
	}
	return a.end(to)
}
