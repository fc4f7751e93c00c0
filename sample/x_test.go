package sample_test
import ("testing";"os";"tollkeeper/sample";"fmt")
func TestX(t *testing.T){
 c:=sample.New(sample.Demo())
 os.MkdirAll("/tmp/smp",0o755)
 f,_:=os.Create("/tmp/smp/mixed.csv"); c.Calls(f); f.Close()
 f,_=os.Create("/tmp/smp/deck.csv"); c.Deck(f); f.Close()
 f,_=os.Create("/tmp/smp/cdeck.csv"); c.CampaignDeck(f); f.Close()
 os.WriteFile("/tmp/smp/fx.csv",c.FX(),0o644)
 for i,tn:=range c.Tenants(){ 
  os.WriteFile(fmt.Sprintf("/tmp/smp/u%d.csv",i),tn.Users(),0o644)
  os.WriteFile(fmt.Sprintf("/tmp/smp/c%d.csv",i),tn.Campaigns(),0o644)
  os.WriteFile(fmt.Sprintf("/tmp/smp/n%d.csv",i),tn.Numbers(),0o644)
  f,_=os.Create(fmt.Sprintf("/tmp/smp/t%d.csv",i)); tn.Calls(f); f.Close()
  fmt.Printf("%+v %d\n",tn.Counts(), func()int{n:=tn.Counts();return n.Records()}())
 }
}
func BenchmarkMixed(b *testing.B){
 c:=sample.New(sample.Options{Seed:1,Tenants:200,Calls:b.N,Clean:true,Days:30}); b.ReportAllocs(); b.ResetTimer()
 c.Calls(null{})
}
func BenchmarkMixed3(b *testing.B){
 c:=sample.New(sample.Options{Seed:1,Tenants:3,Calls:b.N,Clean:true,Days:30}); b.ReportAllocs(); b.ResetTimer()
 c.Calls(null{})
}
type null struct{}
func(null) Write(p []byte)(int,error){return len(p),nil}
