package sample

// destination is a country that is called, with ranges that its numbers are
// drawn from.
type destination struct {
	iso    string
	code   string
	mobile string // shapes behind the code
	fixed  string
}

// destinations are the countries that campaigns call, the busiest first.
var destinations = [...]destination{
	{"US", "1", "2123/6 3125/6 4154/6 7136/6 2063/6", "3054/6 6175/6 4048/6 6023/6"},
	{"GB", "44", "7400/6 7523/6 7880/6", "207/7 1612/6 1212/6"},
	{"DE", "49", "151/8 160/7 170/7", "302/6 896/6 403/6"},
	{"FR", "33", "61/7 67/7", "14/7 47/7"},
	{"ES", "34", "61/7 65/7", "911/6 932/6"},
	{"IT", "39", "347/7 320/7", "068/6 023/6"},
	{"CA", "1", "4163/6 6046/6", "5142/6 4032/6"},
	{"NL", "31", "61/7 62/7", "202/6 104/6"},
	{"AU", "61", "412/6 423/6", "29/7 39/7"},
	{"BE", "32", "470/6 485/6", "22/6 34/6"},
	{"AT", "43", "664/7 676/7", "15/5"},
	{"CH", "41", "79/7 78/7", "44/7 22/7"},
	{"PL", "48", "601/6 505/6", "22/7 12/7"},
	{"IE", "353", "87/7 86/7", "16/6"},
	{"PT", "351", "91/7 96/7", "21/7"},
	{"SE", "46", "70/7 73/7", "86/6"},
	{"NO", "47", "41/6 91/6", "22/6"},
	{"DK", "45", "20/6 30/6", "33/6"},
	{"FI", "358", "40/7 50/7", "94/6"},
	{"CZ", "420", "601/6 777/6", "221/6"},
	{"HU", "36", "20/7 30/7", "12/6"},
	{"RO", "40", "72/7 74/7", "21/7"},
	{"GR", "30", "694/7 697/7", "210/7"},
	{"TR", "90", "532/7 542/7", "212/7"},
	{"UA", "380", "50/7 67/7", "44/7"},
	{"IL", "972", "50/7 52/7", "36/6"},
	{"AE", "971", "50/7 55/7", "42/6"},
	{"SA", "966", "50/7 55/7", "112/6"},
	{"ZA", "27", "82/7 83/7", "11/7 21/7"},
	{"NG", "234", "803/7 806/7", "12/6"},
	{"KE", "254", "712/6 722/6", "202/6"},
	{"EG", "20", "100/7 111/7", "22/7"},
	{"IN", "91", "98/8 99/8", "222/7 112/7"},
	{"PK", "92", "300/7 321/7", "213/7"},
	{"PH", "63", "917/7 918/7", "28/7"},
	{"CN", "86", "138/8 139/8", "106/7 216/7"},
	{"JP", "81", "90/8 80/8", "33/7"},
	{"KR", "82", "10/8", "22/7"},
	{"SG", "65", "81/6 91/6", "62/6"},
	{"MY", "60", "12/7 13/7", "32/7"},
	{"TH", "66", "81/7 89/7", "22/6"},
	{"VN", "84", "90/7 98/7", "243/7"},
	{"NZ", "64", "21/7 27/7", "93/6"},
	{"BR", "55", "119/8 219/8", "113/7 213/7"},
	{"MX", "52", "55/8 33/8", "81/8"},
	{"AR", "54", "911/8", "114/7"},
	{"CO", "57", "300/7 310/7", "601/7"},
	{"CL", "56", "98/7 97/7", "22/7"},
	{"PE", "51", "98/7 99/7", "14/6"},
	{"MA", "212", "61/7 66/7", "522/6"},
}

// rateless are plausible numbers that the deck has no row for; barred are ones
// that it blocks.
var (
	rateless = []shape{parseShape("850191/7"), parseShape("8835100/8")}
	barred   = []shape{parseShape("88163/7"), parseShape("870773/6"), parseShape("4490905/5"), parseShape("1900234/4")}
)

// ranges are the destinations' shapes: of each country those of mobile numbers,
// then the fixed ones.
var ranges = func() (out [len(destinations)][]shape) {
	for i, d := range destinations {
		out[i] = parseShapes(d.code, d.mobile+" "+d.fixed)
	}
	return out
}()

// destinationOf is the index of a country among the destinations, which hold
// every home.
func destinationOf(iso string) int {
	for i, d := range destinations {
		if d.iso == iso {
			return i
		}
	}
	panic("sample: nobody calls " + iso)
}
