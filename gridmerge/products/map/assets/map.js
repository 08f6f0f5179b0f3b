"use strict";(()=>{var arcOf=index=>index<0?~index:index,EMPTY_BOX=[1/0,1/0,-1/0,-1/0];function joinedBox(a,b){return[Math.min(a[0],b[0]),Math.
min(a[1],b[1]),Math.max(a[2],b[2]),Math.max(a[3],b[3])]}var Coverage=class{constructor(encoded,frame){this.boxes=[];this.
placed=[];this.rings=encoded.rings,this.frame=frame,this.arcs=encoded.arcs.map(decoded)}latlng(x,y){let{origin,scale:scale2}=this.
frame;return L.latLng(origin[1]+y/scale2,origin[0]+x/scale2)}bounds(box){return L.latLngBounds(this.latlng(box[0],box[1]),
this.latlng(box[2],box[3]))}arc(index){return this.arcs[arcOf(index)]}start(index){let points=this.arc(index),at=index<0?
points.length-2:0;return points[at]+","+points[at+1]}points(ring){let out=[];return ring.forEach((index,position)=>{let points=this.
arc(index),count2=points.length/2;for(let i=position?1:0;i<count2;i++){let at=index<0?count2-1-i:i;out.push(points[2*at],
points[2*at+1])}}),out}places(points){let out=[];for(let i=0;i<points.length;i+=2)out.push(this.latlng(points[i],points[i+
1]));return out}line(arc){return this.placed[arc]||(this.placed[arc]=this.places(this.arcs[arc])),this.placed[arc]}lines(){
return this.arcs.map((_,arc)=>this.line(arc))}latlngs(rings){return rings.map(ring=>this.places(this.points(ring)))}box(feature){
if(!this.boxes[feature]){let arcs=this.rings[feature].reduce((all,ring)=>all.concat(ring),[]);this.boxes[feature]=arcs.map(
index=>boxOf(this.arc(index))).reduce(joinedBox,EMPTY_BOX)}return this.boxes[feature]}boxAround(features){return features.
map(feature=>this.box(feature)).reduce(joinedBox,EMPTY_BOX)}holds(feature,x,y){let box=this.box(feature);return x<box[0]||
x>box[2]||y<box[1]||y>box[3]?!1:this.within(this.rings[feature],x,y)}at(place){let x=(place.lng-this.frame.origin[0])*this.
frame.scale,y=(place.lat-this.frame.origin[1])*this.frame.scale;for(let feature=0;feature<this.rings.length;feature++)if(this.
holds(feature,x,y))return feature;return-1}sides(){let sides2=this.arcs.map(()=>[]);return this.rings.forEach((rings,feature)=>rings.
forEach(ring=>ring.forEach(index=>sides2[arcOf(index)].push(feature)))),sides2}around(features){let open=this.unshared(features),
from=this.startingAt(open),rings=[];return open.forEach(first=>{let ring=[];for(let index=first;index!==void 0&&open.delete(
arcOf(index));)ring.push(index),index=(from.get(this.start(~index))||[]).filter(one=>open.has(arcOf(one)))[0];ring.length&&
rings.push(ring)}),rings}unshared(features){let open=new Set;return features.forEach(feature=>this.rings[feature].forEach(
ring=>ring.forEach(index=>{let arc=arcOf(index);open.delete(arc)||open.add(arc)}))),open}startingAt(arcs){let from=new Map,
meet=index=>{let key2=this.start(index),known=from.get(key2);known?known.push(index):from.set(key2,[index])};return arcs.
forEach(arc=>{meet(arc),meet(~arc)}),from}within(rings,x,y){let inside=!1;return rings.forEach(ring=>{crossings(this.points(
ring),y).filter(cut=>x<cut).length%2&&(inside=!inside)}),inside}spot(rings){return innerPoint(rings.length?rings.map(ring=>this.
points(ring)):[[0,0]])}};function decoded(flat){let points=new Int32Array(flat.length);for(let i=0;i<flat.length;i++)points[i]=
i<2?flat[i]:points[i-2]+flat[i];return points}function boxOf(points){let box=[1/0,1/0,-1/0,-1/0];for(let i=0;i<points.length;i+=
2)box[0]=Math.min(box[0],points[i]),box[2]=Math.max(box[2],points[i]),box[1]=Math.min(box[1],points[i+1]),box[3]=Math.max(
box[3],points[i+1]);return box}function crossings(p,y){let cuts=[];for(let i=0,j=p.length-2;i<p.length;j=i,i+=2)p[i+1]>y!=
p[j+1]>y&&cuts.push((p[j]-p[i])*(y-p[i+1])/(p[j+1]-p[i+1])+p[i]);return cuts}function innerPoints(points,lines){let boxes=points.
map(boxOf).reduce(joinedBox,EMPTY_BOX),[low,high]=[boxes[1],boxes[3]],out=[];for(let step=1;step<lines;step++){let y=low+
(high-low)*step/lines+.317,cuts=points.reduce((all,ring)=>all.concat(crossings(ring,y)),[]);cuts.sort((a,b)=>a-b);for(let i=0;i+
1<cuts.length;i+=2){let width=cuts[i+1]-cuts[i],off=Math.abs(step/lines-.5);[.5,.32,.68].forEach(share=>out.push({x:cuts[i]+
width*share,y,width:2*width*Math.min(share,1-share),off}))}}return out.length?out:[{x:points[0][0],y:points[0][1],width:0,
off:0}]}function innerPoint(points){return innerPoints(points,8).reduce((a,b)=>b.width*(1-b.off)>a.width*(1-a.off)?b:a)}function readData(){let element=document.getElementById("gm-data");return JSON.parse(element.textContent)}function rows(columns){
let names=Object.keys(columns);if(!names.length)return[];let cells=name=>columns[name];return cells(names[0]).map((_,i)=>{
let row={};return names.forEach(name=>{row[name]=cells(name)[i]}),row})}var LISTED_FIRST=["leader","full_time","part_time","stand_in","adviser","other"],HOLDS_FIRST=["full_time","part_time","s\
tand_in","leader","adviser","other"],byRank=order=>(a,b)=>order.indexOf(a.duty)-order.indexOf(b.duty),NO_SPOT={x:0,y:0,width:0,
off:0};function createPlan(data){let land2=new Coverage(data.faces,data),sides2=land2.sides(),plan2={data,land:land2,sides:sides2,
faceGrid:data.faces.grid.slice(),grids:data.grids.code.map((_,index)=>gridOf(data,index)),members:rows(data.members).map(
(member,index)=>({index,id:member.member_id,name:member.name,phone:member.phone,duties:[]})),layers:data.layers.map((layer,index)=>({
index,data:layer,count:layer.id.length})),touching:touchingFaces(data,sides2),unit:data.works.indexOf(data.sizes.unit||"")};
return plan2.faceGrid.forEach((grid,face)=>plan2.grids[grid].faces.push(face)),rows(data.duties).forEach(row=>{plan2.grids[row.
grid].duties.push(row),plan2.members[row.member].duties.push(row)}),plan2.grids.forEach(grid=>{grid.duties.sort(byRank(LISTED_FIRST)),
grid.was=sizeOf(plan2,grid),reshape(plan2,grid)}),plan2}function gridOf(data,index){let code=data.grids.code[index];return{
index,code,short:code.length>3?code.slice(-3):code,name:data.grids.name[index],type:data.grids.type[index],village:data.
grids.village[index],area:data.grids.area[index],load:data.grids.load[index],work:data.works.map((_,w)=>data.grids.work[w][index]),
was:null,faces:[],duties:[],rings:[],inner:NO_SPOT}}function touchingFaces(data,sides2){let touching2=data.faces.id.map(
()=>[]);return sides2.forEach(pair=>{pair.length<2||data.faces.village[pair[0]]!==data.faces.village[pair[1]]||(touching2[pair[0]].
push(pair[1]),touching2[pair[1]].push(pair[0]))}),touching2}function reshape(plan2,grid){grid.rings=plan2.land.around(grid.
faces),grid.inner=plan2.land.spot(grid.rings)}var gridBox=(plan2,grid)=>plan2.land.boxAround(grid.faces);function sizeOf(plan2,grid){
return plan2.unit>=0?grid.work[plan2.unit]:plan2.data.sizes.unit==="area_ha"?grid.area/1e4:grid.load}function faceSize(plan2,face){
return plan2.unit<0?plan2.data.faces.area[face]/1e4:plan2.data.faces.work[plan2.unit][face]}var isWithheld=(plan2,grid)=>sizeOf(
plan2,grid)===null,sum=list=>list.reduce((a,b)=>a+b,0);function total(list){let known=list.filter(one=>one!==null);return known.
length<list.length?null:sum(known)}function verdictOf(plan2,grid){let size2=sizeOf(plan2,grid);if(grid.type==="exclusive"||
size2===null)return 0;let{min,max}=plan2.data.sizes;return max!==null&&size2>max?1:min!==null&&size2<min?-1:0}function workClass(plan2,grid){
let value=sizeOf(plan2,grid)||0,steps=sizeSteps(plan2),step=0;for(;step<steps.length&&(step===0?value>=steps[0]:value>steps[step]);)
step++;return step}function sizeSteps(plan2){let{min,target,max}=plan2.data.sizes,[low,middle,high]=[min||0,target||0,max||
0];return[low,(low+middle)/2,middle,(middle+high)/2,high]}function holderOf(plan2,grid){let found2=grid.duties.slice().sort(
byRank(HOLDS_FIRST))[0];return found2?plan2.members[found2.member]:null}var isContext=layer=>layer.data.role==="barrier";
function claimsOf(layer,face){let claim=layer.data.claims.length?layer.data.claims[face]:0;return(Array.isArray(claim)?claim:
claim?[claim]:[]).map(feature=>feature-1)}var OPEN=12,MAJORITY=.5,PARTIAL=.5,areaOf=(plan2,faces)=>sum(faces.map(face=>plan2.data.faces.area[face])),isPartial=(partial,layer)=>partial.
some(one=>one.layer.index===layer);function createAgenda(plan2){let partial=partialNetworks(plan2),build=plan2.data.docket.
filter(row=>row.kind!=="gap"||!isPartial(partial,row.layer)).map(row=>Object.assign({area:areaOf(plan2,row.faces)},row)),
claiming2=plan2.layers.filter(layer=>layer.data.claims.length&&!isPartial(partial,layer.index));return{items:[...build,...disputes(
plan2,claiming2)],partial}}function partialNetworks(plan2){let{area:area2}=plan2.data.faces,town=sum(area2);return plan2.
layers.filter(layer=>layer.data.claims.length).map(layer=>{let claimed=area2.map((one,face)=>claimsOf(layer,face).length?
one:0);return{layer,share:sum(claimed)/town}}).filter(one=>1-one.share>PARTIAL)}function disputes(plan2,claiming2){let main=plan2.
grids.map(grid=>claiming2.map(layer=>mainSource(plan2,layer,grid))),found2=[];return plan2.faceGrid.forEach((_,face)=>{let item=dispute(
plan2,claiming2,main,face);item&&found2.push(item)}),found2.sort((a,b)=>b.area-a.area||(a.id<b.id?-1:1)),found2.length>OPEN&&
setAside(plan2,found2),found2}function dispute(plan2,claiming2,main,face){let{data,grids:grids2,faceGrid:faceGrid2}=plan2,
own=faceGrid2[face];if(grids2[own].type==="exclusive"||grids2[own].faces.length<2)return null;let mine=claiming2.map(layer=>claimsOf(
layer,face)),said=mine.filter(claims=>claims.length).length,side=grid=>mine.filter((claims,i)=>claims.indexOf(main[grid][i])>=
0).length,best=Array.from(new Set(plan2.touching[face].map(one=>faceGrid2[one]))).filter(grid=>grid!==own&&grids2[grid].
type!=="exclusive").map(grid=>({grid,count:side(grid)})).sort((a,b)=>b.count-a.count||a.grid-b.grid)[0];return!best||best.
count<=MAJORITY*said||best.count<=side(own)?null:{kind:"dispute",id:["dispute",data.grids.code[best.grid],data.faces.id[face]].
join("/"),faces:[face],area:data.faces.area[face],from:own,to:best.grid,count:best.count,said,aside:""}}function setAside(plan2,items){
items.filter(item=>isWorkless(plan2,item.faces)).forEach(item=>{item.aside="little_work"}),items.filter(item=>!item.aside).
slice(OPEN).forEach(item=>{item.aside="further"})}var isWorkless=(plan2,faces)=>plan2.data.works.length>0&&plan2.data.works.
every((_,w)=>workOn(plan2,faces,w)===0),workOn=(plan2,faces,work)=>total(faces.map(face=>plan2.data.faces.work[work][face]));
function mainSource(plan2,layer,grid){let area2=new Map;return grid.faces.forEach(face=>claimsOf(layer,face).forEach(feature=>area2.
set(feature,(area2.get(feature)||0)+plan2.data.faces.area[face]))),Array.from(area2).reduce((best,pair)=>pair[1]>best[1]?
pair:best,[-1,0])[0]}function concerns(item,layer){return layer<0?!0:item.kind==="line"?item.a.layers.concat(item.b.layers).
indexOf(layer)>=0:item.kind!=="dispute"&&(item.layer===layer||item.layer===-1)}function ways(plan2,item){let{faceGrid:faceGrid2}=plan2,
beside=item.kind==="line"?item.a.faces.concat(item.b.faces).map(face=>faceGrid2[face]):[],to=item.kind==="dispute"?[item.
to]:beside;return Array.from(new Set(to)).filter(grid=>item.faces.some(face=>faceGrid2[face]!==grid))}function moveAll(faces,to,faceGrid2,move){
let left=faces.filter(face=>faceGrid2[face]!==to);for(let before=-1;left.length&&left.length!==before;)before=left.length,
left=left.filter(face=>move(face,to));return left}var LABELS={unified:{zh:"综合网格图",en:"Unified grids"},forPublic:{zh:"公众版",en:"Edition for the public"},notReviewed:{
zh:"公众版（未经审图，不得公开）",en:"Edition for the public, not to be published before the map review"},
internal:{zh:"内部资料",en:"Internal document"},review:{zh:"审图号",en:"Map review no."},made:{zh:"制图日期",
en:"Made"},sources:{zh:"资料",en:"Sources"},crs:{zh:"坐标系",en:"CRS"},shifted:{zh:"底图为 {0}，图形已按其偏移显示，不可量算",
en:"Tiles are {0}: everything is shown shifted, do not measure"},sourceCount:{zh:"{0} 份",en:"{0} input files"},overview:{
zh:"总览",en:"Overview"},layers:{zh:"图层",en:"Layers"},check:{zh:"核对",en:"Check"},search:{zh:"搜网格、编号、人员、部门网格…",
en:"Grid, code, member, departmental grid…"},searchAddress:{zh:"搜网格、编号、人员、部门网格、地址…",
en:"Grid, code, member, departmental grid, address…"},coarse:{zh:"地址太多，只列到路、巷、村组。",en:"T\
oo many addresses: only streets and hamlets are listed."},nothing:{zh:"没有找到“{0}”",en:"Nothing found for “{0}\
”"},big:{zh:"大字",en:"Large"},print:{zh:"打印",en:"Print"},panel:{zh:"面板",en:"Panel"},whole:{zh:"全图",en:"\
Whole town"},other:{zh:"EN",en:"中文"},close:{zh:"关闭",en:"Close"},grids:{zh:"综合网格",en:"Unified grids"},gridsUnit:{
zh:"个",en:""},people:{zh:"人",en:""},squareKilometre:{zh:"平方公里",en:"km²"},hectare:{zh:"公顷",en:"ha"},comma:{
zh:"、",en:", "},comprehensive:{zh:"综合网格",en:"Comprehensive"},exclusive:{zh:"专属网格",en:"Exclusive"},meanOf:{
zh:"平均{0}",en:"Mean {0}"},maxMean:{zh:"工作量 最大 / 平均",en:"Workload, max / mean"},standard:{zh:"标准网格",
en:"standard grids"},wholeProject:{zh:"整个项目",en:"The whole project"},floorNote:{zh:"下限 {0}",en:"floor {0}"},
outOfRange:{zh:"超出范围",en:"Out of range"},colon:{zh:"：",en:": "},withheld:{zh:"未公开",en:"not published"},withheldNote:{
zh:"部分网格数据未公开",en:"some grids' figures are not published"},besides:{zh:"另有 {0} 个未公开",en:"{\
0} more not published"},rangeNote:{zh:"{0}–{1}{2}",en:"{0}–{1} {2}"},merged:{zh:"由 {0} 个部门的 {1} 个部门网格、{2} 个最小面合成 {3}\
 个综合网格，分属 {4} 个村（社区）。",en:"{1} grids of {0} departmental networks, cut into {2} faces, bec\
ame {3} unified grids in {4} villages."},applied:{zh:"已执行会议调整 {0} 项，未执行 {1} 项（见 meeting.csv）。",
en:"{0} moves of the meeting were made, {1} refused (meeting.csv)."},elsewhere:{zh:"这条意见记在另一种坐标的地图上，这里指不准位置；生成成果时会自动换算。",
en:"This note was made on a map of another datum; its place cannot be shown here, and is converted by the next build."},
memberTile:{zh:"网格员",en:"Members"},memberLoad:{zh:"人均负荷 最大 / 平均",en:"Load per capacity, max / mean"},
work:{zh:"各网格{0}",en:"{0} of each grid"},colourBy:{zh:"网格着色",en:"Colour grids by"},byWork:{zh:"工作量",
en:"Work"},byMember:{zh:"网格员",en:"Member"},byNeighbour:{zh:"相邻分色",en:"Neighbours"},byDepartment:{zh:"部门",
en:"Department"},mapLines:{zh:"底图要素",en:"Map"},showVillages:{zh:"村（社区）界",en:"Village lines"},showLabels:{
zh:"网格编号",en:"Grid labels"},showFaces:{zh:"最小面界线",en:"Face lines"},context:{zh:"河流、道路等",en:"\
Rivers, roads and the like"},networks:{zh:"部门网格（原样）",en:"Departmental networks, as drawn"},networksNote:{
zh:"按各部门交来的图绘制，显示时简化 {0} 米以内。",en:"As each department drew it, simplified by up \
to {0} m for display."},all:{zh:"全部",en:"All"},none:{zh:"清空",en:"None"},legend:{zh:"图例",en:"Legend"},below:{
zh:"▼ 少于 {0}",en:"▼ below {0}"},above:{zh:"▲ 超过 {0}",en:"▲ above {0}"},tooFew:{zh:"▼少",en:"▼ low"},
tooMany:{zh:"▲超",en:"▲ high"},nobody:{zh:"无人",en:"Nobody"},villageLine:{zh:"村（社区）界",en:"Village"},
gridLine:{zh:"网格界",en:"Grid"},whoHere:{zh:"这里谁负责",en:"Who is responsible here"},noRoster:{zh:"未提供人员名册",
en:"No roster was given"},noMember:{zh:"本格尚无人负责",en:"Nobody holds this grid yet"},duty_full_time:{zh:"专职网格\
员",en:"Full-time"},duty_part_time:{zh:"兼职网格员",en:"Part-time"},duty_leader:{zh:"网格长",en:"Grid leader"},
duty_stand_in:{zh:"代管",en:"Stand-in"},duty_adviser:{zh:"指导员",en:"Adviser"},duty_other:{zh:"其他力量",en:"O\
ther"},area:{zh:"面积",en:"Area"},deptHere:{zh:"此处的部门网格",en:"Departmental grids at this point"},deptGrid:{
zh:"本格涉及的部门网格",en:"Departmental grids inside this grid"},claimNone:{zh:"未划入",en:"nobody's"},claimTwice:{
zh:"重复认领",en:"claimed twice"},code:{zh:"编号",en:"Code"},findings:{zh:"核对清单",en:"Findings"},findingsNone:{
zh:"没有需要核对的问题。",en:"Nothing to check."},error:{zh:"错误",en:"Errors"},warning:{zh:"提醒",en:"War\
nings"},note:{zh:"说明",en:"Notes"},unlisted:{zh:"另有 {0} 条说明，见 findings.csv。",en:"{0} more notes are i\
n findings.csv."},inBrackets:{zh:"（{0}）",en:" ({0})"},more:{zh:"再看 {0} 条",en:"{0} more"},moreInTable:{zh:"其余 {\
0} 条见 findings.csv",en:"{0} more in findings.csv"},kindGrid:{zh:"网格",en:"Grid"},kindMember:{zh:"人员",en:"Memb\
er"},kindVillage:{zh:"村",en:"Village"},kindLayer:{zh:"部门",en:"Department"},kindAddress:{zh:"地址",en:"Address"},
pieces:{zh:"{0} 个最小面",en:"{0} faces"},held:{zh:"负责 {0} 个网格",en:"holds {0} grids"},edit:{zh:"调整",en:"\
Adjust"},editStart:{zh:"开始调整",en:"Start adjusting"},editStop:{zh:"结束调整",en:"Stop adjusting"},editHow:{zh:"\
先点一个网格作为目标，再点相邻的最小面，把它划进来。可撤销；随时自动保存在本机。",
en:"Click the grid that shall grow, then click a face beside it. Undo at any time; all is saved on this computer."},pickTarget:{
zh:"请点选目标网格",en:"Click the grid that shall grow"},target:{zh:"目标网格",en:"Target"},otherTarget:{zh:"\
换一个",en:"Another"},candidates:{zh:"虚线内 {0} 个最小面可划入",en:"{0} faces can join (dashed)"},undo:{zh:"\
撤销",en:"Undo"},redo:{zh:"重做",en:"Redo"},reset:{zh:"全部还原",en:"Undo all"},download:{zh:"导出 edits.json",
en:"Save edits.json"},load:{zh:"导入",en:"Open…"},by:{zh:"记录人",en:"Recorded by"},changes:{zh:"已作调整",en:"\
What changed"},changesNone:{zh:"还没有调整。",en:"Nothing has been moved yet."},changeLine:{zh:"{0} → {1}",en:"{\
0} → {1}"},changeNote:{zh:"{0} 个最小面 · {1}{2}",en:"{0} faces · {1} {2}"},moved:{zh:"已划入 {0}",en:"Moved \
to {0}"},restored:{zh:"已恢复上次未导出的 {0} 处调整",en:"Restored {0} moves that were not saved to a file"},
noStore:{zh:"这个浏览器不允许自动保存，请及时导出。",en:"This browser does not let the page save by i\
tself: save the file in time."},noVillage:{zh:"不能划入：这块地属于{0}，目标网格属于{1}，网格不得跨村。",
en:"No: this land belongs to {0}, the target grid to {1}; no grid crosses a village line."},noSplit:{zh:"不能划出：网格 {0} 会断成\
两截。",en:"No: grid {0} would fall into two pieces."},noTouch:{zh:"不能划入：这块地与目标网格 {0} 不相连。",
en:"No: this land does not touch the target grid {0}."},noEmpty:{zh:"不能划出：这是网格 {0} 的最后一个最小面。",
en:"No: this is the last face of grid {0}."},noZone:{zh:"不能调整：专属网格整块划定，不拆不并。",en:"\
No: exclusive grids stay whole."},noSame:{zh:"这块地已经在目标网格里。",en:"This land is in the target grid \
already."},loaded:{zh:"已导入 {0} 处调整",en:"{0} moves applied"},loadedSome:{zh:"已导入 {0} 处，{1} 处未能应用",
en:"{0} moves applied, {1} could not be"},otherBase:{zh:"该文件是为另一次成果做的，已按最小面逐一核对。",
en:"The file was made for another build; every face was matched one by one."},badFile:{zh:"这不是 gridmerge 的调整文件。",
en:"This is not a gridmerge edits file."},left_face:{zh:"最小面 {0} 在本图中不存在",en:"face {0} is not on thi\
s map"},left_from:{zh:"最小面 {0} 现在属于 {1}，不是 {2}",en:"face {0} is now in {1}, not in {2}"},left_to:{zh:"\
目标网格 {0} 在本图中不存在",en:"grid {0} is not on this map"},leftOver:{zh:"未能应用",en:"Not applied"},
notes:{zh:"会上意见",en:"Notes"},noteAdd:{zh:"在图上钉一条意见",en:"Pin a note to the map"},noteWhere:{zh:"请\
点意见所在的位置",en:"Click the place the note is about"},noteText:{zh:"写下意见…",en:"Write the note…"},
save:{zh:"保存",en:"Save"},cancel:{zh:"取消",en:"Cancel"},remove:{zh:"删除",en:"Delete"},docket:{zh:"议题",en:"D\
ocket"},docketOf:{zh:"所有部门的议题",en:"Items of every department"},docketNone:{zh:"没有需要会商的事项。",
en:"Nothing to discuss."},disputed:{zh:"与多数部门不一致",en:"Against most departments"},disputeOf:{zh:"{0}：网格 {\
1} 的 {2}，{3}/{4} 个部门划在 {5} 一侧",en:"{0}: {2} of grid {1}; {3} of {4} departments keep it with {5}"},moveTo:{
zh:"划入 {0}",en:"Move to {0}"},lines:{zh:"争议界线",en:"Lines in dispute"},lineOf:{zh:"{0} {1}（长 {2} 米、宽 {3} 米）：{\
4} 个部门与 {5} 个部门划法不同",en:"{0}, {1} ({2} m long, {3} m wide): networks differ, {4} against {5}"},side_a:{
zh:"甲",en:"A"},side_b:{zh:"乙",en:"B"},sideOf:{zh:"{0} 个部门把它与{2}处划在一起（网格 {1}）：",en:"W\
ith the land at {2} (grid {1}), say {0}:"},sameGrid:{zh:"两侧现同属网格 {0}，怎样定都不改变综合网格。",
en:"Both sides lie in grid {0}: the unified grids stay the same either way."},aside:{zh:"不必上会的",en:"Set aside"},
aside_village_line:{zh:"沿村界：村界不动",en:"Along a village line, which does not move"},aside_narrow:{zh:"比界线本\
身的误差还窄",en:"Narrower than the lines are known"},aside_little_work:{zh:"几乎没有工作量",en:"Hardly any\
 work lies on it"},aside_further:{zh:"排在后面",en:"Further down the list"},atStake:{zh:"涉及 {0}",en:"at stake: {\
0}"},nothingAtStake:{zh:"这里没有工作量",en:"no work lies there"},everyDepartment:{zh:"所有部门",en:"Every de\
partment"},votedAs:{zh:"同意 {0} · 反对 {1} · 弃权 {2}",en:"for {0}, against {1}, abstained {2}"},gaps:{zh:"无人认领",
en:"Unclaimed land"},doubles:{zh:"重复认领",en:"Claimed twice"},gapOfAll:{zh:"{1} {2}：所有部门都无人认领",
en:"{2} in {1}: claimed by no department at all"},gapOf:{zh:"{0}：{1} {2} 无人认领",en:"{0}: {2} in {1} is unclaime\
d"},doubleOf:{zh:"{0}：{1} {2} 被重复认领：{3}",en:"{0}: {2} in {1} is claimed by {3}"},partial:{zh:"{0}只覆盖全镇的 {1\
}，其余不列为无人认领。",en:"{0} covers {1} of the town only; the rest is not listed."},yes:{zh:"同意",en:"\
For"},no:{zh:"反对",en:"Against"},abstain:{zh:"弃权",en:"Abstain"},voteFor:{zh:"表决",en:"Vote"},compare:{zh:"前后对比",
en:"Before / after"},before:{zh:"整合前：各部门网格",en:"Before: departmental networks"},after:{zh:"整合后：综合网格",
en:"After: unified grids"},byDepartmentNone:{zh:"未划入本部门网格",en:"in no grid of this department"},was:{zh:"\
原 {0}",en:"was {0}"},atlas:{zh:"综合网格图索引",en:"Index of unified grid maps"},searchTown:{zh:"搜乡镇（街道）…",
en:"Township…"},atlasOutside:{zh:"超出范围 {0} 个",en:"{0} out of range"},atlasDisputes:{zh:"争议界线 {0} 处",
en:"{0} lines in dispute"},atlasSum:{zh:"{0} 个乡镇（街道） · {1} 个村（社区） · {2} 个网格",en:"{0} t\
ownships · {1} villages · {2} grids"},atlasLine:{zh:"{0} 个村（社区） · {1} 个网格 · {2} 个部门网络 · {3} 人",
en:"{0} villages · {1} grids · {2} networks · {3} members"}};var language="zh",isChinese=()=>language==="zh";function setLanguage(chosen){language=chosen}function toggleLanguage(){setLanguage(
isChinese()?"en":"zh")}var inLanguage=words2=>words2[language];function t(key2,...blanks){let label=Object.prototype.hasOwnProperty.
call(LABELS,key2)?inLanguage(LABELS[key2]):key2;return blanks.reduce((text,blank,i)=>text.split("{"+i+"}").join(String(blank)),
label)}function number(value,digits){if(value===null)return"<5";let wanted=Math.abs(value)<10&&value%1!==0?1:0,parts2=Number(
value).toFixed(digits===void 0?wanted:digits).split(".");return parts2[0]=parts2[0].replace(/\B(?=(\d{3})+$)/g,","),parts2.
join(".")}var percent=share=>share>0&&share<.01?"<1%":Math.round(share*100)+"%";function areaParts(m2){return m2>=1e6?[number(
m2/1e6,2),t("squareKilometre")]:[number(m2/1e4,1),t("hectare")]}var areaText=m2=>areaParts(m2).join(" "),brief=(text,length)=>text.
length>length?text.slice(0,length-1)+"…":text,searchKey=text=>text.normalize("NFKC").toLowerCase().replace(/\s+/g,""),
listed=names=>names.join(t("comma"));function pieces(touching2,faces){let left=new Set(faces),count2=0;return faces.forEach(first=>{if(!left.delete(first))return;
count2++;let open=[first];for(;open.length;){let next=touching2[open.pop()].filter(face=>left.delete(face));open.push(...next)}}),
count2}function refusal(plan2,face,to){let{data,grids:grids2,touching:touching2}=plan2,from=plan2.faceGrid[face],source=grids2[from],
target=grids2[to],zone=data.faces.zone.length?data.faces.zone[face]:"";if(from===to)return t("noSame");if(zone||source.type===
"exclusive"||target.type==="exclusive")return t("noZone");if(source.village!==target.village)return t("noVillage",data.villages.
name[source.village],data.villages.name[target.village]);if(source.faces.length===1)return t("noEmpty",source.short);let joined=target.
faces.concat([face]);if(pieces(touching2,joined)>pieces(touching2,target.faces))return t("noTouch",target.short);let rest=source.
faces.filter(other=>other!==face);return pieces(touching2,rest)>pieces(touching2,source.faces)?t("noSplit",source.short):
""}function shift(plan2,face,to){let source=plan2.grids[plan2.faceGrid[face]],target=plan2.grids[to];return source.faces.
splice(source.faces.indexOf(face),1),target.faces.push(face),plan2.faceGrid[face]=to,carry(plan2,source,face,-1),carry(plan2,
target,face,1),[source,target]}function carry(plan2,grid,face,sign){let{area:area2,load:load2,work}=plan2.data.faces,added2=(old,one)=>old===
null||one===null?null:old+sign*one;grid.area+=sign*area2[face],grid.load=added2(grid.load,load2[face]),grid.work=grid.work.
map((old,w)=>added2(old,work[w][face])),reshape(plan2,grid)}function netMoves(plan2){let{faces}=plan2.data;return plan2.
faceGrid.map((grid,face)=>({face,from:faces.grid[face],to:grid})).filter(move=>move.from!==move.to).sort((a,b)=>faces.id[a.
face]<faces.id[b.face]?-1:1)}function namedMoves(plan2){let{faces,grids:grids2}=plan2.data;return netMoves(plan2).map(move=>({
face:faces.id[move.face],from:grids2.code[move.from],to:grids2.code[move.to]}))}function applyMoves(plan2,moves){let left=[],
done=[],waiting=[];moves.forEach(move=>{let why=unknownPart(plan2,move);why?left.push(why):waiting.push(numbersOf(plan2,
move))});for(let before=-1;waiting.length!==before;)before=waiting.length,waiting=waiting.filter(({face,to})=>refusal(plan2,
face,to)?!0:(done.push({face,from:plan2.faceGrid[face],to}),shift(plan2,face,to),!1));return waiting.forEach(({face,to})=>left.
push(refusal(plan2,face,to))),{done,left}}var numbersOf=(plan2,move)=>({face:plan2.data.faces.id.indexOf(move.face),to:plan2.
data.grids.code.indexOf(move.to)});function unknownPart(plan2,move){let{face,to}=numbersOf(plan2,move),named=id=>brief(String(
id),40);if(face<0)return t("left_face",named(move.face));if(to<0)return t("left_to",named(move.to));let now=plan2.data.grids.
code[plan2.faceGrid[face]];return now===move.from?"":t("left_from",named(move.face),now,named(move.from))}var FORMAT="gridmerge-edits/1",MOST_VOTES=999;function createEdits(data){let votes={};Object.keys(data.meeting.votes).forEach(
item=>{votes[item]=Object.assign({},data.meeting.votes[item])});let notes=data.meeting.notes.map(note=>Object.assign({datum:data.
basemap.datum},note));return{done:[],undone:[],notes,votes,by:""}}function moveFace(plan2,edits2,face,to){let why=refusal(
plan2,face,to);if(why)return{why,changed:[]};let from=plan2.faceGrid[face];return edits2.done.push({face,from,to}),edits2.
undone=[],{why:"",changed:shift(plan2,face,to)}}function undo(plan2,edits2){let move=edits2.done.pop();return move?(edits2.
undone.push(move),shift(plan2,move.face,move.from)):[]}function redo(plan2,edits2){let move=edits2.undone.pop();return move?
(edits2.done.push(move),shift(plan2,move.face,move.to)):[]}function undoAll(plan2,edits2){for(;edits2.done.length;)undo(
plan2,edits2)}function editsFile(plan2,edits2,now){let items=Object.keys(edits2.votes).sort();return{format:FORMAT,base:plan2.
data.base,created:now.toISOString().slice(0,19)+"Z",by:edits2.by,moves:namedMoves(plan2),notes:edits2.notes,votes:items.
map(item=>Object.assign({item},edits2.votes[item]))}}function loadEdits(plan2,edits2,text){let file=parsed(text);if(!file)
return null;undoAll(plan2,edits2);let{done,left}=applyMoves(plan2,file.moves.filter(move=>move&&typeof move=="object"));
return edits2.done=done,edits2.undone=[],edits2.by=typeof file.by=="string"?file.by:"",edits2.notes=objects(file.notes).
filter(isNote).map(completed),edits2.votes={},objects(file.votes).forEach(vote=>{typeof vote.item=="string"&&(edits2.votes[vote.
item]=counted(vote))}),{applied:file.moves.length-left.length,left,other:file.base!==plan2.data.base}}function parsed(text){
let file;try{file=JSON.parse(text)}catch(error){return null}return file&&file.format===FORMAT&&Array.isArray(file.moves)?
file:null}var objects=list=>(Array.isArray(list)?list:[]).filter(one=>!!one&&typeof one=="object"),isNote=note=>isFinite(
Number(note.lon))&&isFinite(Number(note.lat))&&typeof note.text=="string",completed=note=>Object.assign({},note,{datum:note.
datum||"wgs84",by:typeof note.by=="string"?note.by:""}),counted=vote=>({yes:Number(vote.yes)|0,no:Number(vote.no)|0,abstain:Number(
vote.abstain)|0}),typedVotes=text=>Math.min(MOST_VOTES,Math.max(0,Number(text)|0));var DATA=readData();setLanguage(DATA.language);var plan=createPlan(DATA),edits=createEdits(DATA),agenda=createAgenda(plan),
{land,sides,faceGrid,grids,members,layers,touching,unit}=plan,latlng=(x,y)=>land.latlng(x,y),state={colour:"work",grid:-1,
face:-1,tab:"overview",villages:!0,labels:!0,pieces:!1,layers:new Set,sides:new Map,department:0,editing:!1,target:-1,touched:[],
comparing:!1,open:null,pinning:!1},listeners=[],onChange=listener=>listeners.push(listener),changed=what=>listeners.forEach(
listener=>listener(what)),size=grid=>sizeOf(plan,grid),withheld=grid=>isWithheld(plan,grid),verdict=grid=>verdictOf(plan,
grid),holder=grid=>holderOf(plan,grid),boxOf2=grid=>gridBox(plan,grid),gridBounds=grid=>land.bounds(boxOf2(grid)),facesBounds=faces=>land.
bounds(land.boxAround(faces)),townBounds=()=>facesBounds(DATA.faces.id.map((_,face)=>face)),title=layer=>inLanguage(layer.
data.title),claiming=()=>layers.filter(layer=>layer.data.claims.length),gridName=(grid,length)=>brief(grid.name||grid.code,
length);function inputTitle(key2){let layer=DATA.layers.filter(one=>one.key===key2)[0],names=layer?layer.title:DATA.inputs[key2];
return names?inLanguage(names):key2}var workName=name=>DATA.words[name]?inLanguage(DATA.words[name].name):name,unitOf=name=>DATA.
words[name]?inLanguage(DATA.words[name].unit):"",sizeName=()=>workName(DATA.sizes.unit||"workload"),sizeUnit=()=>unitOf(
DATA.sizes.unit||"workload");function workTitle(){let text=t("work",sizeName());return text.charAt(0).toUpperCase()+text.
slice(1)}var withUnit=value=>number(value)+(isChinese()||!sizeUnit()?"":" ")+sizeUnit(),sizeText=grid=>withheld(grid)&&unit<
0?t("withheld"):withUnit(size(grid)),sumText=sum2=>sum2===null?t("withheld"):withUnit(sum2),rangeText=()=>t("rangeNote",
number(DATA.sizes.min),number(DATA.sizes.max),sizeUnit()),STORE="gridmerge-edits:"+DATA.base+(DATA.meeting.stamp?":"+DATA.
meeting.stamp:""),storable=!0,canStore=()=>storable,currentFile=()=>editsFile(plan,edits,new Date);function autosave(){let file=currentFile(),
decided=file.moves.length||file.notes.length||file.votes.length||DATA.meeting.stamp;try{decided?localStorage.setItem(STORE,
JSON.stringify(file)):localStorage.removeItem(STORE)}catch(error){storable=!1}}function stored(){try{return localStorage.
getItem(STORE)}catch(error){return storable=!1,null}}var SVG_NS="http://www.w3.org/2000/svg";function h(tag,attributes,...children){let element=document.createElement(tag),given=attributes||
{};for(let name of Object.keys(given))setAttribute(element,name,given[name]);return children.forEach(child=>append(element,
child)),element}function setAttribute(element,name,value){value==null||value===!1||(typeof value=="function"?element.addEventListener(
name.slice(2),value):typeof value=="object"?Object.keys(value).forEach(key2=>element.style.setProperty(key2,value[key2])):
element.setAttribute(name,value===!0?"":String(value)))}function append(element,child){child==null||child===!1||(Array.isArray(
child)?child.forEach(one=>append(element,one)):element.appendChild(child instanceof Node?child:document.createTextNode(String(
child))))}function fill(element,...children){for(;element.firstChild;)element.removeChild(element.firstChild);return children.
forEach(child=>append(element,child)),element}var $=id=>document.getElementById("gm-"+id),field=id=>$(id),edited=event=>event.
target;function relabel(){document.documentElement.lang=isChinese()?"zh-CN":"en";let each=(attribute,use)=>document.querySelectorAll(
"["+attribute+"]").forEach(element=>use(element,t(element.getAttribute(attribute))));each("data-t",(element,text)=>{element.
textContent=text}),each("data-t-title",(element,text)=>{element.title=text,element.setAttribute("aria-label",text)}),each(
"data-t-placeholder",(element,text)=>{element.placeholder=text,element.setAttribute("aria-label",text)})}var READ_MS=2200,READ_BAD_MS=5e3,timer=0;function hideToast(){$("toast").className="gm-toast"}function toast(text,bad=!1){
let box=$("toast");box.textContent=text,box.className="gm-toast show "+(bad?"bad":""),clearTimeout(timer),timer=window.setTimeout(
hideToast,bad?READ_BAD_MS:READ_MS)}var PALETTE={work:["#eef3ea","#d3e5d6","#a9d0c3","#74b3ad","#418f94","#1d6275"],nominal:["#f2d7a0","#a8cbe3","#c3ddb0","\
#e6b8a8","#cdbfe0","#f3ecc0","#9fd1c6","#e3c2d3"],exclusive:"#ded6ea",withheld:"#e4e2dc",nobody:"#fbfaf6",twice:"#d9785a",
line:["#7a3e9d","#b8561b","#1f6fb2","#2d7d46","#a3265b","#75651a","#0f7c85","#5b5b5b"],dash:[null,"7 4","2 4","10 3 2 3"]},
CHOSEN="#c8451b",INK="#24444d",WHITE="#ffffff",pickNominal=n=>PALETTE.nominal[n%PALETTE.nominal.length];function pane(name,order){
let made=map.createPane("gm-"+name);return made.style.zIndex=String(order),made.style.pointerEvents="none",L.canvas({pane:"\
gm-"+name,padding:.4})}var paintFill=pane("fill",350),paintLayers=pane("layers",420),paintLines=pane("lines",430),paintRims=pane(
"rims",435),paintTop=pane("top",440),drawnOn=renderer=>({renderer,pane:renderer.options.pane,interactive:!1,smoothFactor:0}),
line=(renderer,color,weight,more)=>L.polyline([],Object.assign(drawnOn(renderer),{color,weight},more)),area=(renderer,more)=>L.
polygon([],Object.assign(drawnOn(renderer),more)),neighbours=grids.map(()=>new Set);sides.forEach(pair=>{let a=faceGrid[pair[0]],
b=pair.length>1?faceGrid[pair[1]]:a;a!==b&&(neighbours[a].add(b),neighbours[b].add(a))});function colouring(touching2){let order=touching2.
map((_,i)=>i).sort((a,b)=>touching2[b].length-touching2[a].length||a-b),colour=touching2.map(()=>-1);return order.forEach(
one=>{let taken=new Set(touching2[one].map(other=>colour[other])),pick=0;for(;taken.has(pick);)pick++;colour[one]=pick}),
colour}var gridColour=colouring(neighbours.map(next=>Array.from(next))),memberTouch=members.map(()=>new Set);grids.forEach(
grid=>neighbours[grid.index].forEach(other=>{let a=holder(grid),b=holder(grids[other]);a&&b&&a!==b&&memberTouch[a.index].
add(b.index)}));var memberColour=colouring(memberTouch.map(next=>Array.from(next)));function fillOf(grid){if(state.colour===
"neighbour")return pickNominal(gridColour[grid.index]);if(state.colour==="member"){let who=holder(grid);return who?pickNominal(
memberColour[who.index]):PALETTE.withheld}return grid.type==="exclusive"?PALETTE.exclusive:withheld(grid)?PALETTE.withheld:
PALETTE.work[workClass(plan,grid)]}var fills=grids.map(grid=>area(paintFill,{stroke:!1,fillOpacity:1,fillColor:fillOf(grid)}).
addTo(map)),perVillage=make=>DATA.villages.code.map(()=>make().addTo(map)),pieceLines=perVillage(()=>line(paintFill,WHITE,
.8,{opacity:.75})),gridHalo=perVillage(()=>line(paintLines,WHITE,3.5,{opacity:.85})),gridLines=perVillage(()=>line(paintLines,
INK,1.4)),villageHalo=line(paintRims,"#fffdf5",6,{opacity:.95}).addTo(map),villageLines=line(paintRims,"#3a2d1e",2.6).addTo(
map),chosenHalo=line(paintTop,WHITE,8).addTo(map),chosenLine=line(paintTop,CHOSEN,4).addTo(map),hereShape=area(paintTop,
{stroke:!1,fillColor:CHOSEN,fillOpacity:.18}).addTo(map),innerArcs=DATA.villages.code.map(()=>[]),rimArcs=[];sides.forEach(
(pair,arc)=>{let village=DATA.faces.village[pair[0]];(pair.length>1&&village===DATA.faces.village[pair[1]]?innerArcs[village]:
rimArcs).push(arc)});var linesOf=arcs=>arcs.map(arc=>land.line(arc)),parts=arcs=>arcs.filter(arc=>faceGrid[sides[arc][0]]!==
faceGrid[sides[arc][1]]);function paintShapes(some){some.forEach(grid=>fills[grid.index].setLatLngs(land.latlngs(grid.rings))),
new Set(some.map(grid=>grid.village)).forEach(village=>{let lines=linesOf(parts(innerArcs[village]));gridHalo[village].setLatLngs(
lines),gridLines[village].setLatLngs(lines)})}function paintVillages(){let lines=state.villages?linesOf(rimArcs):[];villageHalo.
setLatLngs(lines),villageLines.setLatLngs(lines)}function paintPieces(){let on=state.pieces||state.editing;pieceLines.forEach(
(drawn,village)=>drawn.setLatLngs(on?linesOf(innerArcs[village]):[]))}function paintTiles(){let{urls,subdomains}=DATA.basemap;
urls.forEach(url=>L.tileLayer(url,{subdomains,maxZoom:19,maxNativeZoom:18}).addTo(map)),urls.length&&(map.getPane("gm-fi\
ll").style.opacity="0.62")}function paintFills(some){let opacity=state.colour==="department"?0:1;some.forEach(grid=>fills[grid.
index].setStyle({fillColor:fillOf(grid),fillOpacity:opacity}))}var claimShapes=L.layerGroup(),NOBODY=-1,TWICE=-2,claimStyle=(key2,colour)=>key2===
NOBODY?{color:"#5b5b5b",weight:1.6,dashArray:"2 4",fillColor:PALETTE.nobody}:key2===TWICE?{color:"#8f2a0c",weight:3,dashArray:"\
7 4",fillColor:PALETTE.twice}:{color:WHITE,weight:1,fillColor:pickNominal(colour)};function claimOf(layer,face){let claims=claimsOf(
layer,face);return claims.length>1?TWICE:claims.length?claims[0]:NOBODY}function paintDepartment(){claimShapes.clearLayers();
let layer=layers[state.department];if(state.colour!=="department"||!layer){claimShapes.remove();return}let keyOf=DATA.faces.
id.map((_,face)=>claimOf(layer,face)),keys2=Array.from(new Set(keyOf)).sort((a,b)=>a-b),colours=colouring(touchingKeys(keyOf,
keys2));keys2.forEach((key2,i)=>{let faces=keyOf.map((_,face)=>face).filter(face=>keyOf[face]===key2),drawn=area(paintFill,
Object.assign({fillOpacity:1},claimStyle(key2,colours[i])));claimShapes.addLayer(drawn.setLatLngs(land.latlngs(land.around(
faces))))}),claimShapes.addTo(map)}function touchingKeys(keyOf,keys2){let place=new Map(keys2.map((key2,i)=>[key2,i])),touch=keys2.
map(()=>new Set);return sides.forEach(pair=>{if(pair.length<2)return;let[a,b]=pair.map(face=>place.get(keyOf[face]));a!==
b&&(touch[a].add(b),touch[b].add(a))}),touch.map(next=>Array.from(next))}function paintChosen(){let grid=grids[state.grid],
closed=ring=>ring.concat(ring.slice(0,1)),rings=grid?land.latlngs(grid.rings.map(closed)):[];chosenHalo.setLatLngs(rings),
chosenLine.setLatLngs(rings),hereShape.setLatLngs(state.face>=0?land.latlngs(land.rings[state.face]):[])}var SIDE_STYLES=[
{color:"#1b4f9c",dashArray:null},{color:CHOSEN,dashArray:"8 5"}];function layerStyle(layer){let side=state.sides.get(layer.
index);if(side!==void 0)return SIDE_STYLES[side];let{line:colours,dash}=PALETTE,round=Math.floor(layer.index/colours.length);
return{color:colours[layer.index%colours.length],dashArray:dash[round%dash.length]}}var leafletStyle=style=>style,outlines=new Map;
function paintLayer(layer){let on=state.layers.has(layer.index),drawn=outlines.get(layer.index);!drawn&&!on||(drawn||(drawn=
line(paintLayers,"#000",2.2).setLatLngs(new Coverage(layer.data,DATA).lines()),outlines.set(layer.index,drawn)),drawn.setStyle(
leafletStyle(layerStyle(layer))),on&&!map.hasLayer(drawn)&&drawn.addTo(map),on||drawn.remove())}var pins=L.layerGroup().
addTo(map),hasPlace=note=>note.datum===DATA.basemap.datum;function paintNotes(){pins.clearLayers();let style={radius:9,color:WHITE,
weight:2.5,fillColor:"#7a3e9d",fillOpacity:1};edits.notes.filter(hasPlace).forEach(note=>pins.addLayer(L.circleMarker([note.
lat,note.lon],Object.assign(drawnOn(paintTop),style))))}var EDGE=60,openPanel=()=>document.body.classList.add("gm-panel-open"),closePanel=()=>document.body.classList.remove("gm\
-panel-open");function hiddenByCard(){let card=$("card");if(card.hidden)return[0,0];let box=card.getBoundingClientRect();
return box.left<=1?[0,box.height]:[box.width+16,0]}function fitTo(bounds,most){closePanel();let lost=hiddenByCard(),area2=map.
getSize(),pad=Math.min(most,(area2.x-lost[0])/4,(area2.y-lost[1])/4);map.fitBounds(bounds,{paddingTopLeft:[pad,pad],paddingBottomRight:[
pad+lost[0],pad+lost[1]],maxZoom:17})}var joinedBounds=all=>all.reduce((a,b)=>a.extend(b));function keepInSight(place,grid){
let lost=hiddenByCard(),area2=map.getSize(),edge=[EDGE,EDGE,area2.x-lost[0]-EDGE,area2.y-lost[1]-EDGE],at=map.latLngToContainerPoint(
place),corners=grid?gridCorners(grid):[at,at],wide=corners[1].x-corners[0].x,high=corners[1].y-corners[0].y,fits=wide<=edge[2]-
edge[0]&&high<=edge[3]-edge[1],[a,b]=fits?corners:[at,at];map.panBy([missing(a.x,b.x,edge[0],edge[2]),missing(a.y,b.y,edge[1],
edge[3])])}function gridCorners(grid){let box=boxOf2(grid);return[latlng(box[0],box[3]),latlng(box[2],box[1])].map(corner=>map.
latLngToContainerPoint(corner))}function missing(low,high,from,to){return low<from?low-from:high>to?high-to:0}var pinStyle=Object.
assign(drawnOn(paintTop),{radius:11,color:CHOSEN,weight:3,fillOpacity:.12}),pin=L.circleMarker([0,0],pinStyle);function flyTo(lon,lat,options){
let place=L.latLng(lat,lon);pin.setLatLng(place).addTo(map),closePanel(),map.setView(place,Math.max(map.getZoom(),16),options)}var PAD=60;function chooseGrid(index,face=-1,fly=!1){state.grid=index,state.face=face,changed("choice"),fly&&index>=0&&fitTo(
gridBounds(grids[index]),PAD)}function flyToSource(layer,feature){state.layers.add(layer.index),changed("layers"),fitTo(
land.bounds(new Coverage(layer.data,DATA).box(feature)),PAD)}var gridsOf=member=>Array.from(new Set(member.duties.map(duty=>duty.
grid)));function showMember(member){let held=gridsOf(member);held.length&&(state.colour="member",changed("colour"),chooseGrid(
held[0]),fitTo(joinedBounds(held.map(grid=>gridBounds(grids[grid]))),PAD))}function setTarget(grid){state.target=grid,state.
grid=grid,state.face=-1,hideToast(),changed("target")}var barOf=[],scale=1;function bars(){let sizes=grids.map(grid=>size(grid)||0);scale=Math.max(DATA.sizes.max||0,...sizes)||
1,barOf=[];let first=state.editing&&state.target>=0?grids[state.target].village:-1,order=DATA.villages.name.map((_,village)=>village);
return order.sort((a,b)=>+(b===first)-+(a===first)||a-b),h("div",{class:"bars",id:"gm-bars"},order.map(villageBars))}function villageBars(village){
let here=grids.filter(grid=>grid.village===village);if(!here.length)return null;let head=h("h4",{},brief(DATA.villages.name[village],
40),h("span",{},sumText(total(here.map(size)))));return h("section",{},head,here.map(grid=>barOf[grid.index]=bar(grid)))}
var hasBars=()=>barOf.length>0;function forgetBars(){barOf=[]}function renewBars(which){which.forEach(grid=>{let fresh=bar(
grid);barOf[grid.index].replaceWith(fresh),barOf[grid.index]=fresh})}function markBar(){document.querySelectorAll(".bar").
forEach(element=>element.classList.toggle("on",Number(element.getAttribute("data-grid"))===state.grid))}var along=value=>Math.
min(100,100*value/scale)+"%";function bar(grid){let choose=()=>state.editing?setTarget(grid.index):chooseGrid(grid.index,
-1,!0),attributes={class:"bar"+(grid.index===state.grid?" on":""),"data-grid":grid.index,"data-code":grid.code,title:brief(
grid.name,80)};return h("button",Object.assign({onclick:choose},attributes),h("span",{class:"who"},grid.short),h("span",
{class:"track"},track(grid)),h("span",{class:"amount"},amount(grid)))}function track(grid){let[low,high]=[DATA.sizes.min||
0,DATA.sizes.max||0],now=size(grid),band=h("i",{class:"band",style:{left:along(low),width:along(high-low)}});if(now===null)
return[band];let was=grid.was,moved=was!==null&&Math.abs(was-now)>1e-6,mark=verdict(grid),kind=mark>0?" high":mark<0?" l\
ow":"";return[band,moved?h("i",{class:"was",style:{left:along(was)},title:t("was",number(was))}):null,h("i",{class:"valu\
e"+kind,style:{width:along(now)}})]}function amount(grid){if(withheld(grid)&&unit<0)return t("withheld");let mark=verdict(
grid);return(mark>0?"▲":mark<0?"▼":"")+number(size(grid))}function grouped(all,keyOf){let groups=new Map;return all.forEach(one=>{let key2=keyOf(one),group=groups.get(key2);group?
group.push(one):groups.set(key2,[one])}),groups}function tell(which){which.length&&(autosave(),state.touched=which,changed("edit"))}function moveFace2(face,to){let made=moveFace(
plan,edits,face,to);return tell(made.changed),made.why}var undo2=()=>tell(undo(plan,edits)),redo2=()=>tell(redo(plan,edits));
function undoAll2(){undoAll(plan,edits),tell(grids)}function load(text){let told=loadEdits(plan,edits,text);return told&&
(tell(grids),changed("loaded")),told}function restore(){let text=stored(),told=text?load(text):null;return told?told.applied:
0}var link=(text,act,more)=>h("button",Object.assign({class:"link",onclick:act},more),text),quiet=(...text)=>h("p",{class:"\
quiet"},text),count=n=>h("span",{class:"count"},n);function tick(name,on,change,before,after){let box=h("input",{type:"c\
heckbox",onchange:event=>change(edited(event).checked)});box.checked=on;let aside=after?h("span",{class:"aside"},after):
null;return h("label",{class:"tick"},box,before,h("span",{},name),aside)}function swatch(layer){let style=layerStyle(layer),
picture=document.createElementNS(SVG_NS,"svg");picture.setAttribute("class","swatch"),picture.setAttribute("viewBox","0 \
0 30 10");let stroke=document.createElementNS(SVG_NS,"path");return stroke.setAttribute("d","M0 5H30"),stroke.setAttribute(
"stroke",style.color),stroke.setAttribute("stroke-width","3"),style.dashArray&&stroke.setAttribute("stroke-dasharray",style.
dashArray),picture.appendChild(stroke),picture}var MODES=[["work","byWork"],["member","byMember"],["neighbour","byNeighb\
our"],["department","byDepartment"]];function colourSwitch(){let isThere=mode=>mode==="member"?members.length:mode==="de\
partment"?claiming().length:1,buttons=MODES.filter(([mode])=>isThere(mode)).map(([mode,label])=>{let choose=()=>{state.colour=
mode,changed("colour")},pressed=String(state.colour===mode);return h("button",{"aria-pressed":pressed,"data-colour":mode,
onclick:choose},t(label))});return h("div",{class:"switch",role:"group"},buttons)}function networkChooser(id,chosen,choose,first){
let options=claiming().map(layer=>h("option",{value:layer.index},brief(title(layer),40))),box=h("select",{class:"field",
id,onchange:event=>choose(Number(edited(event).value))},first,options);return box.value=String(chosen),box}var folded=new Map;
function fold(id,name,size2,open,inside){let head=h("summary",{onclick:()=>folded.set(id,!box.open)},name,count(size2)),
box=h("details",{class:"fold"},head,inside),left=folded.get(id);return box.open=left===void 0?open:left,box}var shown=new Map;
function longList(id,all,most,draw){let limit=shown.get(id)||most,more=()=>{shown.set(id,limit+100),changed("panel")};return[
all.slice(0,limit).map(draw),all.length>limit?link(t("more",all.length-limit),more):null]}function verdictMark(grid,chip=""){
let mark=verdict(grid);return mark?h("span",{class:chip+(mark>0?"high":"low")},t(mark>0?"tooMany":"tooFew")):null}function notesList(){return h("section",{class:"notes"},h("h3",{},t("notes")),edits.notes.map((note,i)=>h("div",{class:"\
remark"},noteLine(note,i),removeButton(i))),pinForm())}function noteLine(note,i){let go2=()=>hasPlace(note)?flyTo(note.lon,
note.lat):toast(t("elsewhere"),!0),by=note.by?h("span",{class:"quiet"}," — "+brief(note.by,40)):null;return link([i+1+
". "+brief(note.text,300),by],go2)}function removeButton(i){return h("button",{class:"aside link",onclick:()=>{edits.notes.
splice(i,1),autosave(),changed("notes")}},t("remove"))}function pinForm(){return state.pinning===!0?h("p",{class:"target\
 empty"},t("noteWhere")):state.pinning?noteForm(state.pinning):h("button",{class:"plain",id:"gm-note",onclick:()=>{state.
pinning=!0,changed("panel"),closePanel(),toast(t("noteWhere"))}},t("noteAdd"))}var degrees=value=>Number(value.toFixed(6));
function noteForm(place){let text=h("textarea",{class:"field",id:"gm-note-text",rows:"3",maxlength:"500",placeholder:t("\
noteText")});setTimeout(()=>text.focus(),0);let save=()=>{let said=text.value.trim(),at={lon:degrees(place.lng),lat:degrees(
place.lat)};said&&edits.notes.push(Object.assign(at,{text:said,by:edits.by,datum:DATA.basemap.datum})),state.pinning=!1,
autosave(),changed("notes")},cancel=()=>{state.pinning=!1,changed("panel")};return h("div",{},text,h("div",{class:"row"},
h("button",{class:"solid",id:"gm-note-save",onclick:save},t("save")),h("button",{class:"plain",onclick:cancel},t("cancel"))))}var joinLine=line(paintTop,"#0b5563",2.4,{dashArray:"5 5"}).addTo(map),joinFill=area(paintTop,{stroke:!1,fillColor:"#fff\
fff",fillOpacity:.34}).addTo(map),candidates=[],leftOver=[];function paintCandidates(){candidates=state.editing&&state.target>=
0?joinable(state.target):[];let rings=candidates.map(face=>land.latlngs(land.rings[face]));joinFill.setLatLngs(rings);let closed=rings.
map(some=>some.map(ring=>ring.concat(ring.slice(0,1))));joinLine.setLatLngs(closed.reduce((all,some)=>all.concat(some),[]))}
function joinable(target){let near=new Set;return grids[target].faces.forEach(face=>touching[face].forEach(next=>{faceGrid[next]!==
target&&near.add(next)})),Array.from(near).filter(face=>!refusal(plan,face,target))}function setEditing(on){state.editing=
on,state.target=-1,document.body.classList.toggle("gm-editing",on),on&&state.colour!=="work"&&(state.colour="work",changed(
"colour")),chooseGrid(-1),paintPieces(),changed("target"),on&&(closePanel(),toast(t("pickTarget")))}function editClick(face){
if(face<0)return;if(state.target<0){setTarget(faceGrid[face]);return}let why=moveFace2(face,state.target);toast(why||t("\
moved",grids[state.target].short),why!=="")}function adjustTab(){return[h("div",{id:"gm-adjust"},adjustHead()),h("h3",{},
workTitle()),bars()]}function adjustHead(){let switched={class:"solid"+(state.editing?" off":""),id:"gm-edit-switch",onclick:()=>setEditing(
!state.editing)};return[h("div",{class:"row"},h("button",switched,t(state.editing?"editStop":"editStart")),toolButton("u\
ndo",undo2,!edits.done.length),toolButton("redo",redo2,!edits.undone.length)),state.editing?targetBox():h("p",{class:"le\
ad"},t("editHow")),changesList(),leftOver.length?leftOverList():null,notesList(),fileRow()]}function renewAdjust(){return state.
tab!=="edit"||!hasBars()||state.touched.length===grids.length?!1:(fill($("adjust"),adjustHead()),renewBars(state.touched),
markBar(),!0)}var toolButton=(name,act,off)=>h("button",{class:"plain",id:"gm-"+name,disabled:off,onclick:act},t(name)),
leftOverList=()=>h("section",{class:"remarks warning"},h("h3",{},t("leftOver")),leftOver.map(why=>h("p",{class:"remark"},
why)));function targetBox(){let grid=grids[state.target];if(!grid)return h("p",{class:"target empty"},t("pickTarget"));let other=h(
"button",{class:"link aside",onclick:()=>setTarget(-1)},t("otherTarget"));return h("div",{class:"target"},h("p",{},h("sp\
an",{class:"quiet"},t("target")+" "),h("b",{},gridName(grid,60)),other),h("p",{},h("b",{class:"big"},number(size(grid))),
" "+sizeUnit()+" ",verdictMark(grid),h("span",{class:"quiet"}," "+rangeText())),quiet(t("candidates",candidates.length)))}
function changesList(){let groups=Array.from(grouped(netMoves(plan),move=>move.from+">"+move.to).values()),reset=edits.done.
length?h("span",{class:"aside"},link(t("reset"),undoAll2,{id:"gm-reset"})):null;return h("section",{class:"changes"},h("\
h3",{},t("changes"),reset),groups.length?groups.map(changeLine):quiet(t("changesNone")))}var gridLabel=grid=>brief(DATA.
villages.name[grids[grid].village],12)+" "+grids[grid].short;function changeLine(moves){let faces=moves.map(move=>move.face),
amount2=number(total(faces.map(face=>faceSize(plan,face))));return h("button",{class:"remark",onclick:()=>fitTo(facesBounds(
faces),120)},h("b",{},t("changeLine",gridLabel(moves[0].from),gridLabel(moves[0].to)))," ",h("span",{class:"quiet"},t("c\
hangeNote",moves.length,amount2,sizeUnit())))}function fileRow(){let named=event=>{edits.by=edited(event).value,autosave()},
words2={maxlength:"40","data-t-placeholder":"by",placeholder:t("by")},name=h("input",Object.assign({class:"field",id:"gm\
-by",onchange:named},words2));name.value=edits.by;let chooser=fileChooser();return h("div",{class:"row files"},name,h("b\
utton",{class:"plain",id:"gm-download",onclick:download},t("download")),h("button",{class:"plain",id:"gm-load",onclick:()=>chooser.
click()},t("load")),chooser,canStore()?null:h("p",{class:"alert"},t("noStore")))}function fileChooser(){return h("input",
Object.assign({onchange:event=>{let file=edited(event).files[0];if(!file)return;let reader=new FileReader;reader.onload=
()=>tellLoaded(load(String(reader.result))),reader.readAsText(file)}},{type:"file",accept:".json,application/json",id:"g\
m-edits-file",hidden:!0}))}function tellLoaded(told){if(!told){toast(t("badFile"),!0);return}leftOver=(told.other?[t("ot\
herBase")]:[]).concat(told.left);let some=told.left.length>0;toast(some?t("loadedSome",told.applied,told.left.length):t(
"loaded",told.applied),some),changed("panel")}function download(){let text=JSON.stringify(currentFile(),null,1)+`
`,url=URL.createObjectURL(new Blob([text],{type:"application/json"})),anchor=h("a",{href:url,download:"edits.json"});document.
body.appendChild(anchor),anchor.click(),anchor.remove(),setTimeout(()=>URL.revokeObjectURL(url),1e3)}var MOST_SOURCES=6,SLIVER=.005;function showCard(){let card=$("card"),grid=grids[state.grid];card.hidden=!grid,grid&&(fill(
$("card-body"),cardHead(grid),cardNumbers(grid),cardPeople(grid),cardDepartments(grid)),foldLegendUnder(card))}function foldLegendUnder(card){
let a=card.getBoundingClientRect(),b=$("legend").getBoundingClientRect();a.left<b.right&&a.top<b.bottom&&$("legend").classList.
add("folded")}function cardHead(grid){return h("header",{class:"card-head"},h("p",{class:"eyebrow"},t("whoHere")),h("h2",
{},gridName(grid,200)),h("p",{class:"code"},grid.code),h("p",{class:"chips"},h("span",{class:"chip"},brief(DATA.villages.
name[grid.village],60)),h("span",{class:"chip"},t(grid.type)),verdictMark(grid,"chip ")))}function cardNumbers(grid){let rows2=DATA.
works.map((name,w)=>[workName(name),number(grid.work[w]),unitOf(name)]),[value,unit2]=areaParts(grid.area);rows2.push([t(
"area"),value,unit2]);let load2=grid.load;return DATA.works.length>1&&rows2.push(load2===null?[workName("workload"),t("w\
ithheld"),""]:[workName("workload"),number(load2,2),t("standard")]),h("dl",{class:"numbers"},rows2.map(([name,amount2,of])=>{
let small=of?h("small",{}," "+of):null;return h("div",{},h("dt",{},brief(name,40)),h("dd",{},amount2,small))}))}function cardPeople(grid){
return members.length?grid.duties.length?h("ul",{class:"people"},grid.duties.map(duty=>{let member=members[duty.member];
return h("li",{},h("span",{class:"badge "+duty.duty},t(`duty_${duty.duty}`)),h("button",{class:"link strong",onclick:()=>showMember(
member)},brief(member.name,60)),member.phone?h("span",{class:"phone"},member.phone):null,h("span",{class:"quiet"},t("hel\
d",gridsOf(member).length)))})):h("p",{class:"alert"},t("noMember")):quiet(t("noRoster"))}function cardDepartments(grid){
let faces=state.face>=0?[state.face]:grid.faces,rows2=layers.map(layer=>departmentRow(layer,faces)).filter(row=>row!==null);
return rows2.length?h("section",{},h("h3",{},t(state.face>=0?"deptHere":"deptGrid")),h("ul",{class:"departments"},rows2)):
null}function claimedLand(layer,faces){let claimed=new Map,whole2=0,unclaimed=0;return faces.forEach(face=>{let area2=DATA.
faces.area[face],claims=claimsOf(layer,face);whole2+=area2,claims.length||(unclaimed+=area2),claims.forEach(feature=>claimed.
set(feature,(claimed.get(feature)||0)+area2))}),{found:Array.from(claimed).sort((a,b)=>b[1]-a[1]||a[0]-b[0]),whole:whole2,
unclaimed}}function departmentRow(layer,faces){if(!layer.data.claims.length)return null;let{found:found2,whole:whole2,unclaimed}=claimedLand(
layer,faces),single=faces.length===1,lines=found2.slice(0,MOST_SOURCES).map(([feature,area2])=>departmentLine(layer,feature,
single?null:area2/whole2));found2.length>MOST_SOURCES&&lines.push(quiet(t("more",found2.length-MOST_SOURCES)));let bare=unclaimed>
0&&(single||unclaimed/whole2>SLIVER);return layer.data.role!=="exclusive"&&bare&&lines.push(h("p",{class:"gap"},t("claim\
None")+(single?"":" "+percent(unclaimed/whole2)))),single&&found2.length>1&&lines.push(h("p",{class:"gap"},t("claimTwice"))),
lines.length?h("li",{},h("span",{class:"dept"},brief(title(layer),40)),h("div",{},lines)):null}function departmentLine(layer,feature,share){
let id=layer.data.id[feature],who=layer.data.holder[feature];return h("p",{},link(brief(layer.data.name[feature]||id,60),
()=>flyToSource(layer,feature),{title:id}),who?h("span",{class:"holder"},brief(who,40)):null,share===null||share>1-SLIVER?
null:h("span",{class:"quiet"},percent(share)))}var paintBefore=pane("before",460),beforeShapes=L.layerGroup();function drawBefore(){beforeShapes.clearLayers();let around=Object.
assign(drawnOn(paintBefore),{stroke:!1,fillColor:"#eceae2",fillOpacity:1});beforeShapes.addLayer(L.rectangle(townBounds().
pad(4),around));let town=land.latlngs(land.around(DATA.faces.id.map((_,face)=>face)));beforeShapes.addLayer(area(paintBefore,
{stroke:!1,fillColor:"#fbfaf5",fillOpacity:1}).setLatLngs(town));let chosen=state.layers.size;layers.filter(layer=>chosen?
state.layers.has(layer.index):!isContext(layer)).forEach(layer=>{let lines=new Coverage(layer.data,DATA).lines();beforeShapes.
addLayer(line(paintBefore,layerStyle(layer).color,1.3,{opacity:.75}).setLatLngs(lines))})}function clipBefore(){if(!state.
comparing)return;let size2=map.getSize(),across=size2.x*Number(field("slider").value)/1e3,corner=map.containerPointToLayerPoint(
[0,0]),edges=[corner.y,corner.x+across,corner.y+size2.y,corner.x];map.getPane("gm-before").style.clip="rect("+edges.map(
edge=>edge+"px").join(",")+")",$("split").style.left=map.getContainer().getBoundingClientRect().left+across+"px"}function setComparing(on){
if(state.comparing=on,$("compare-box").hidden=!on,$("compare").setAttribute("aria-pressed",String(on)),!on){beforeShapes.
remove();return}chooseGrid(-1),drawBefore(),beforeShapes.addTo(map),clipBefore()}map.on("move zoomend resize",clipBefore);var MOST_KEYS=6;function layersTab(){let context=layers.filter(isContext),networks=layers.filter(layer=>!isContext(layer)),
tolerance=Math.max(0,...layers.map(layer=>layer.data.tolerance));return[h("h3",{},t("colourBy")),colourSwitch(),h("h3",{},
t("mapLines")),tick(t("showVillages"),state.villages,on=>{state.villages=on,changed("villages")}),tick(t("showLabels"),state.
labels,on=>{state.labels=on,changed("labels")}),tick(t("showFaces"),state.pieces,on=>{state.pieces=on,changed("pieces")}),
layers.length?compareToo():null,context.length?[h("h3",{},t("context")),h("div",{class:"networks"},context.map(layerTick))]:
null,networks.length?h("h3",{},t("networks"),allOrNone(networks)):null,h("div",{class:"networks"},networks.map(layerTick)),
layers.length?quiet(t("networksNote",tolerance)):null]}function compareToo(){let compare=()=>{setComparing(!state.comparing),
closePanel(),changed("panel")},pressed=String(state.comparing),button=h("button",{class:"plain",id:"gm-compare-too","ari\
a-pressed":pressed,onclick:compare},t("compare"));return h("div",{class:"row narrow"},button)}function allOrNone(networks){
let all=()=>{networks.forEach(layer=>state.layers.add(layer.index)),changed("layers")},none=()=>{state.layers.clear(),changed(
"layers")};return h("span",{class:"aside"},link(t("all"),all),link(t("none"),none))}var layerTick=layer=>tick(brief(title(
layer),60),state.layers.has(layer.index),on=>{on?state.layers.add(layer.index):state.layers.delete(layer.index),changed(
"layers")},swatch(layer),number(layer.count));function showLegend(){fill($("legend-body"),colourSwitch(),state.colour===
"work"?workLegend():null,state.colour==="department"?departmentLegend():null,h("div",{class:"keys"},key(h("i",{class:"st\
roke grid"}),t("gridLine")),state.villages?key(h("i",{class:"stroke village"}),t("villageLine")):null),networkKeys(layers.
filter(layer=>state.layers.has(layer.index))))}var key=(...inside)=>h("span",{class:"key"},inside),block=(kind,colour,name)=>h(
"p",{class:"key"},h("i",{class:"block"+kind,style:{background:colour}}),name);function networkKeys(on){let all=()=>{state.
tab="layers",changed("panel"),openPanel()};return[on.slice(0,MOST_KEYS).map(layer=>key(swatch(layer),brief(title(layer),
24))),on.length>MOST_KEYS?link(t("more",on.length-MOST_KEYS),all):null]}function departmentLegend(){let choose=index=>{state.
department=index,changed("colour")};return h("div",{},networkChooser("gm-department",state.department,choose),block(" no\
body",PALETTE.nobody,t("byDepartmentNone")),block(" twice",PALETTE.twice,t("doubles")))}function workLegend(){let steps=sizeSteps(
plan).map(value=>number(value)),hidden=grids.some(grid=>grid.type!=="exclusive"&&withheld(grid)),exclusive=grids.some(grid=>grid.
type==="exclusive");return h("div",{class:"ramp"},h("p",{},workTitle()+(sizeUnit()?t("inBrackets",sizeUnit()):"")),h("di\
v",{class:"steps"},PALETTE.work.map(colour=>h("i",{style:{background:colour}}))),h("div",{class:"ends"},h("span",{class:"\
low"},t("below",steps[0])),h("span",{},steps[2]),h("span",{class:"high"},t("above",steps[4]))),hidden?block("",PALETTE.withheld,
t("withheld")):null,exclusive?block("",PALETTE.exclusive,t("exclusive")):null)}var PAD2=80,FONT='"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-ser\
if',pane2=map.createPane("gm-words");pane2.style.zIndex="450";pane2.style.pointerEvents="none";var canvas=L.DomUtil.create(
"canvas","gm-words",pane2);function startWords(){map.on("moveend zoomend resize",drawWords),map.on("zoomstart",()=>{canvas.
style.visibility="hidden"}),drawWords()}function drawWords(){let area2=map.getSize(),pen=cleared(area2),taken=[];words().
forEach(word=>{let at=map.latLngToContainerPoint(latlng(word.x,word.y));at.x>=-PAD2&&at.y>=-PAD2&&at.x<=area2.x+PAD2&&at.
y<=area2.y+PAD2&&write(pen,taken,word,at)})}function cleared(area2){let ratio=Math.max(window.devicePixelRatio||1,1);canvas.
width=(area2.x+2*PAD2)*ratio,canvas.height=(area2.y+2*PAD2)*ratio,canvas.style.width=area2.x+2*PAD2+"px",canvas.style.height=
area2.y+2*PAD2+"px",canvas.style.visibility="",L.DomUtil.setPosition(canvas,map.containerPointToLayerPoint([-PAD2,-PAD2]));
let pen=canvas.getContext("2d");return pen.setTransform(ratio,0,0,ratio,PAD2*ratio,PAD2*ratio),pen.textAlign="center",pen.
textBaseline="middle",pen.lineJoin="round",pen}var fontOf=(word,i)=>(i?"500 "+word.size*.88:word.weight+" "+word.size)+"\
px "+FONT,overlap=(a,b)=>a[0]<b[2]&&a[2]>b[0]&&a[1]<b[3]&&a[3]>b[1];function write(pen,taken,word,at){let step=word.size*
1.25,widths=word.lines.map((text,i)=>(pen.font=fontOf(word,i),pen.measureText(text).width)),half=Math.max(...widths)/2+3,
high=step*word.lines.length/2+1,box=[at.x-half,at.y-high,at.x+half,at.y+high];!word.forced&&(word.room<half*1.5||taken.some(
other=>overlap(box,other)))||(taken.push(box),word.lines.forEach((text,i)=>{let y=at.y+(i-(word.lines.length-1)/2)*step;
pen.font=fontOf(word,i),pen.strokeStyle=word.halo,pen.lineWidth=word.size/3.6,pen.strokeText(text,at.x,y),pen.fillStyle=
i&&word.second?word.second:word.ink,pen.fillText(text,at.x,y)}))}function words(){let rem=parseFloat(getComputedStyle(document.
documentElement).fontSize),thousand=map.latLngToContainerPoint(latlng(1e3,0)).x-map.latLngToContainerPoint(latlng(0,0)).
x,out=sideWords(rem);return state.labels&&grids.forEach(grid=>out.push(gridWord(grid,rem,grid.inner.width*thousand/1e3))),
state.villages&&villageSpots.forEach(village=>out.push(villageWord(village,rem,thousand/1e3))),out.sort((a,b)=>b.rank-a.
rank)}function gridWord(grid,rem,room){let mark=verdict(grid),chosen=grid.index===state.grid,sign=mark?t(mark>0?"tooMany":
"tooFew")+" ":"",name=state.colour==="member"?holderName(grid):grid.short,two=room>rem*4.6||mark||chosen,word={x:grid.inner.
x,y:grid.inner.y,room,forced:chosen,rank:chosen?9:mark?3:1,lines:two?[name,sign+sizeText(grid)]:[name],size:rem*(chosen?
1.05:.92),weight:"700"};return Object.assign(word,inkOn(grid,mark))}function inkOn(grid,mark){if(state.colour==="work"&&
grid.type!=="exclusive"&&!withheld(grid)&&workClass(plan,grid)>=4)return{ink:"#ffffff",halo:"rgba(16,62,74,.9)"};let second=mark>
0?"#a3320f":"#1c5aa0";return{ink:"#16323a",halo:"rgba(255,255,255,.88)",second:mark?second:null}}function holderName(grid){
let who=holder(grid);return who?brief(who.name,8):t("nobody")}var villageSpots=DATA.villages.name.map((name,village)=>{let faces=DATA.
faces.village.map((_,face)=>face).filter(face=>DATA.faces.village[face]===village),rings=land.around(faces).map(ring=>land.
points(ring));return{name:brief(name,16),village,spots:rings.length?innerPoints(rings,12):[]}}).filter(village=>village.
spots.length);function villageWord(village,rem,pixel){let wide=(village.name.length*rem/1.6+rem)/pixel,high=rem*2.3/pixel,
here=grids.filter(grid=>state.labels&&grid.village===village.village),worth=spot=>{let off=here.map(({inner})=>Math.max(
Math.abs(inner.x-spot.x)/wide,Math.abs(inner.y-spot.y)/high));return 2*Math.min(1,...off)+Math.min(1,spot.width/wide/2)-
spot.off},best=village.spots.reduce((a,b)=>worth(b)>worth(a)?b:a),style={size:rem*1.12,weight:"700",ink:"#3a2d1e",halo:"\
rgba(255,253,245,.95)"};return Object.assign({x:best.x,y:best.y,lines:[village.name],room:1/0,rank:2},style)}function sideWords(rem){
let item=state.open;return!item||item.kind!=="line"?[]:["a","b"].map(side=>{let inner=land.spot(land.around(item[side].faces)),
style={size:rem*1.5,weight:"700",ink:"#a3320f",halo:"rgba(255,255,255,.95)"},lines=[t(side==="a"?"side_a":"side_b")];return Object.
assign({x:inner.x,y:inner.y,room:1/0,forced:!0,rank:10,lines},style)})}var LISTED=25,KINDS=[["line","lines"],["dispute","disputed"],["gap","gaps"],["double","doubles"]],WHYS=["village_line","\
narrow","little_work","further"],SIDES=["a","b"],sideName=side=>t(side==="a"?"side_a":"side_b"),docketOf=-1,opened=agenda.
items.filter(item=>!item.aside),firstKind=KINDS.map(([kind])=>kind).filter(kind=>opened.some(item=>item.kind===kind))[0],
layerTitle=index=>index<0?t("everyDepartment"):brief(title(layers[index]),40),shorts=numbers=>numbers.map(grid=>grids[grid].
short);function villagesOf(faces){let names=faces.map(face=>DATA.villages.name[DATA.faces.village[face]]);return brief(Array.
from(new Set(names)).join("、"),40)}function docketText(item){let where=villagesOf(item.faces),land2=areaText(item.area);
if(item.kind==="dispute")return t("disputeOf",where,grids[item.from].short,land2,item.count,item.said,grids[item.to].short);
if(item.kind==="line")return t("lineOf",where,land2,number(item.long),number(item.wide),item.a.layers.length,item.b.layers.
length);if(item.kind==="gap")return t(item.layer<0?"gapOfAll":"gapOf",layerTitle(item.layer),where,land2);let{name,id}=layers[item.
layer].data,names=claimsOf(layers[item.layer],item.faces[0]).map(feature=>brief(name[feature]||id[feature],30));return t(
"doubleOf",layerTitle(item.layer),where,land2,names.join(" / "))}function atStake(item){let some=DATA.works.map((name,w)=>{
let amount2=workOn(plan,item.faces,w);return amount2!==null&&amount2>0?workName(name)+" "+number(amount2)+(isChinese()?unitOf(
name):""):""}).filter(Boolean);return some.length?t("atStake",listed(some)):DATA.works.length?t("nothingAtStake"):""}var openShape=area(
paintTop,{color:CHOSEN,weight:3.5,fillColor:"#ffffff",fillOpacity:.5}).addTo(map),added=[];function linesOf2(item){return!item||
item.kind==="dispute"?[]:item.kind==="line"?[item.a.layers[0],item.b.layers[0]]:item.layer>=0?[item.layer]:[]}function openItem(item){
state.open=isOpen(item)?null:item,openShape.setLatLngs(state.open?land.latlngs(land.around(item.faces)):[]),added.forEach(
index=>state.layers.delete(index));let wanted=linesOf2(state.open);state.sides.clear(),item.kind==="line"&&wanted.forEach(
(index,side)=>state.sides.set(index,side)),added=wanted.filter(index=>layers[index]&&!state.layers.has(index)),added.forEach(
index=>state.layers.add(index)),changed("layers"),state.open&&fitTo(facesBounds(item.faces),220)}var isOpen=item=>state.
open!==null&&state.open.id===item.id;function sideRow(item,side){let names=item[side].layers.map(layerTitle),to=Array.from(
new Set(item[side].faces.map(face=>faceGrid[face]))),said=t("sideOf",names.length,shorts(to).join("、"),sideName(side));
return h("p",{class:"side"},h("b",{class:"side-sign"},sideName(side)),h("span",{},said," ",h("span",{class:"quiet"},listed(
names))))}function docketFilter(){let choose=index=>{docketOf=index,changed("panel")},every=h("option",{value:-1},t("doc\
ketOf")),box=networkChooser("gm-docket-of",docketOf,choose,every);return box.setAttribute("aria-label",t("docketOf")),box}
function docketList(){let shown2=agenda.items.filter(item=>concerns(item,docketOf)),live=shown2.filter(item=>!item.aside),
partial=agenda.partial.map(one=>quiet(t("partial",brief(title(one.layer),40),percent(one.share))));return h("section",{class:"\
docket"},h("h3",{},t("docket"),count(live.length)),agenda.items.length?[docketFilter(),KINDS.map(([kind,name])=>docketFold(
live,kind,name)),asideFold(shown2)]:quiet(t("docketNone")),partial)}function docketFold(live,kind,name){let items=live.filter(
item=>item.kind===kind);if(!items.length)return null;let open=opened.length<=LISTED||kind===firstKind;return fold("docke\
t/"+kind,t(name),items.length,open,longList(kind,items,LISTED,itemBox))}function asideFold(shown2){let items=shown2.filter(
item=>item.aside);if(!items.length)return null;let folds=WHYS.map(why=>{let these=items.filter(item=>item.aside===why);if(!these.
length)return null;let list=longList("aside/"+why,these,LISTED,itemBox);return fold("docket/aside/"+why,t(`aside_${why}`),
these.length,!1,list)});return fold("docket/aside",t("aside"),items.length,!1,folds)}function itemBox(item){let on=isOpen(
item),numbered=item.item?h("b",{class:"item-number"},item.item):null,stake=h("span",{class:"quiet stake"},atStake(item)),
head=h("button",{class:"remark","data-item":item.id,onclick:()=>openItem(item)},h("span",{},numbered,docketText(item),stake),
voteBadge(item)),body=on?h("div",{class:"open-item"},sideRows(item),DATA.audience==="meeting"?voteRow(item):null):null;return h(
"div",{class:"item"+(on?" on":"")},head,body)}function sideRows(item){if(item.kind!=="line")return null;let same=quiet(t(
"sameGrid",grids[faceGrid[item.faces[0]]].short));return[SIDES.map(side=>sideRow(item,side)),ways(plan,item).length?null:
same]}function voteBadge(item){let vote=edits.votes[item.id];return vote?h("span",{class:"count voted"},t("votedAs",vote.
yes,vote.no,vote.abstain)):null}function voteRow(item){let label=h("span",{class:"quiet"},t("voteFor")),boxes=["yes","no",
"abstain"].map(what=>h("label",{},t(what)+" ",voteBox(item,what)));return h("div",{class:"row votes"},ways(plan,item).map(
to=>moveButton(item,to)),label,boxes)}function voteBox(item,what){let vote=edits.votes[item.id]||{yes:0,no:0,abstain:0},
box=h("input",{class:"field",type:"number",min:"0",max:"999","data-vote":what,onchange:event=>{vote[what]=typedVotes(edited(
event).value),edits.votes[item.id]=vote,autosave(),changed("panel")}});return box.value=String(vote[what]),box}function moveButton(item,to){
let{short,code}=grids[to],act=()=>{let left=moveAll(item.faces,to,faceGrid,moveFace2),why=left.length?refusal(plan,left[0],
to):"";toast(why||t("moved",short),why!==""),changed("panel")};return h("button",{class:"plain","data-move":item.id,"dat\
a-to":code,onclick:act},t("moveTo",short))}var SHOWN=30,remarks=rows(DATA.remarks);function checkTab(){let lists=["error","warning","note"].map(severity=>{let found2=remarks.
filter(remark=>remark.severity===severity);return found2.length?h("section",{class:"remarks "+severity},h("h3",{},t(severity),
count(trueCount(found2))),byLayer(severity,found2)):null});return DATA.unlisted&&lists.push(quiet(t("unlisted",number(DATA.
unlisted)))),[docketList(),DATA.audience==="platform"&&edits.notes.length?h("section",{class:"notes"},h("h3",{},t("notes")),
edits.notes.map(noteLine)):null,remarks.length?lists:h("p",{class:"lead"},t("findingsNone"))]}function byLayer(severity,found2){
let groups=grouped(found2,remark=>remark.layer),place=key2=>layers.findIndex(layer=>layer.data.key===key2);return Array.
from(groups.keys()).sort((a,b)=>place(a)-place(b)||(a<b?-1:1)).map(key2=>{let group=groups.get(key2),id=severity+"/"+key2,
name=key2?brief(inputTitle(key2),40):t("wholeProject");return fold(id,name,trueCount(group),!key2&&severity!=="note",byKind(
id,group))})}function byKind(id,group){return Array.from(grouped(group,remark=>remark.kind)).map(([kind,alike])=>{if(alike.
length===1)return remarkLine(alike[0]);let hidden=trueCount(alike)-alike.length,name=brief(inLanguage(alike[0]),90);return fold(
id+"/"+kind,name,trueCount(alike),!1,[longList(id+"/"+kind,alike,SHOWN,remarkLine),hidden?quiet(t("moreInTable",number(hidden))):
null])})}function trueCount(some){let groups=grouped(some,remark=>remark.kind+"/"+remark.layer);return sum(Array.from(groups).
map(([key2,group])=>DATA.counts[key2]||group.length))}function remarkLine(remark){let{lon,lat}=remark,text=brief(inLanguage(
remark),400);return lon===null||lat===null?h("p",{class:"remark"},text):h("button",{class:"remark",onclick:()=>flyTo(lon,
lat)},text)}function overviewTab(){let sized=grids.filter(grid=>grid.type!=="exclusive");return[h("div",{class:"tiles"},tile(t("grid\
s"),number(grids.length),t("gridsUnit"),""),meanTile(sized.map(size)),maxMeanTile(sized.map(grid=>grid.load)),outsideTile(
sized.filter(verdict).length,sized.filter(withheld).length)),mergedNote(),members.length&&DATA.audience!=="public"?memberTiles():
null,appliedNote(),h("h3",{},workTitle()),bars()]}function meanTile(sizes){let all=total(sizes);return all===null?tile(t(
"meanOf",sizeName()),"–","",t("withheldNote")):tile(t("meanOf",sizeName()),number(all/Math.max(sizes.length,1)),sizeUnit(),
rangeText())}function maxMeanTile(loads){let all=total(loads),known=loads.filter(load2=>load2!==null),ratio=all?number(Math.
max(...known)*known.length/all,2):"–";return tile(t("maxMean"),ratio,"",all===null?t("withheldNote"):floorNote(DATA.figures.
max_over_mean_floor))}var floorNote=floor=>floor?t("floorNote",number(floor,2)):"";function outsideTile(outside,unknown){
let note=unknown?t("besides",number(unknown)):"";return tile(t("outOfRange"),number(outside),t("gridsUnit"),note,outside?
"alert":unknown?"":"good")}function mergedNote(){let networks=layers.filter(layer=>!isContext(layer));if(!networks.length)
return null;let sources=number(sum(networks.map(layer=>layer.count))),faces=number(DATA.faces.id.length),villages=DATA.villages.
code.length;return h("p",{class:"lead"},t("merged",networks.length,sources,faces,number(grids.length),villages))}function appliedNote(){
let moves=DATA.figures.moves;return moves?h("p",{class:"lead"},t("applied",moves.asked-moves.refused,moves.refused)):null}
function tile(name,value,unit2,note,kind=""){return h("div",{class:"tile "+kind},h("span",{class:"name"},name),h("strong",
{},value,unit2?h("small",{}," "+unit2):null),h("span",{class:"note"},note||" "))}function memberTiles(){let{mean_load_per_capacity:mean,
max_load_per_capacity:most,load_bound:bound}=DATA.figures,ratio=mean?number((most||0)/mean,2):"–";return h("div",{class:"\
tiles"},tile(t("memberTile"),number(members.length),t("people"),""),tile(t("memberLoad"),ratio,"",mean&&bound?floorNote(
bound/mean):""))}var DRAW={overview:overviewTab,layers:layersTab,check:checkTab,edit:adjustTab},TABS=["overview","layers"];DATA.audience!==
"public"&&TABS.push("check");DATA.audience==="meeting"&&TABS.push("edit");function showTabs(){fill($("tabs"),TABS.map(name=>{
let open=()=>{state.tab=name,showPanel()},moved=name==="edit"&&edits.done.length?count(netMoves(plan).length):null,selected=String(
state.tab===name);return h("button",{role:"tab","aria-selected":selected,"data-tab":name,onclick:open},t(name),moved)}))}
function showPanel(){let scroll=$("tab").scrollTop;showTabs(),forgetBars(),fill($("tab"),DRAW[state.tab]()),$("tab").scrollTop=
scroll}function renewPanel(){renewAdjust()?showTabs():showPanel()}var MOST_FOUND=12,FAIR=5,entries=[];function entry(kind,text,note,go2,more=""){let key2=searchKey(text+" "+note+" "+more);
entries.push({kind,text,note,key:key2,long:searchKey(text).length,go:go2})}grids.forEach(grid=>entry("kindGrid",grid.name||
grid.code,grid.code,()=>chooseGrid(grid.index,-1,!0)));members.forEach(member=>entry("kindMember",member.name,member.id,
()=>showMember(member)));DATA.villages.name.forEach((name,village)=>entry("kindVillage",name,DATA.villages.code[village],
()=>{let here=grids.filter(grid=>grid.village===village);here.length&&fitTo(joinedBounds(here.map(gridBounds)),40)}));layers.
forEach(layer=>layer.data.id.forEach((id,feature)=>{let name=layer.data.name[feature],note=[title(layer),name?id:"",layer.
data.holder[feature]].filter(Boolean).join(" · "),known=[layer.data.title.zh,layer.data.title.en,layer.data.key].join("\
 ");entry("kindLayer",name||id,note,()=>flyToSource(layer,feature),known)}));var unpacked=!1;function unpackAddresses(){
if(unpacked)return;unpacked=!0;let{rest,shared,at}=DATA.addresses,text="",x=0,y=0;rest.forEach((end,i)=>{text=text.slice(
0,shared[i])+end,x+=at[2*i],y+=at[2*i+1];let place=latlng(x,y);entry("kindAddress",text,"",()=>goToAddress(place))})}function goToAddress(place){
let face=land.at(place);face>=0&&chooseGrid(faceGrid[face],face),flyTo(place.lng,place.lat,{animate:!1}),keepInSight(place)}
var found=[],picked=0;function search(){let wanted=searchKey(field("search").value);wanted&&unpackAddresses(),found=wanted?
fairly(ranked(wanted)):[],picked=0,showFound(wanted!=="")}function ranked(wanted){let ranks=[[],[],[]];return entries.forEach(
one=>{let at=one.key.indexOf(wanted);if(at<0)return;let begins=at===0||searchKey(one.note).indexOf(wanted)===0;ranks[begins?
0:at<one.long?1:2].push(one)}),ranks[0].concat(ranks[1],ranks[2])}function fairly(all){let seen={},isFair=one=>(seen[one.
kind]=(seen[one.kind]||0)+1)<=FAIR,fair=all.filter(isFair),others=fair.length<MOST_FOUND?all.filter(one=>fair.indexOf(one)<
0):[];return fair.concat(others).slice(0,MOST_FOUND)}function showFound(wanted){let list=$("found");list.hidden=!wanted,
fill(list,found.map((one,i)=>{let choose=event=>{event.preventDefault(),go(i)};return h("li",{role:"option","aria-select\
ed":String(i===picked),onmousedown:choose},h("span",{class:"badge"},t(one.kind)),h("span",{class:"strong"},brief(one.text,
60)),h("span",{class:"quiet"},brief(one.note,60)))}),wanted&&!found.length?h("li",{class:"quiet"},nothingText()):null)}function nothingText(){
let coarse=DATA.addresses.coarse?" "+t("coarse"):"";return t("nothing",brief(field("search").value,30))+coarse}function go(i){
found[i]&&(found[i].go(),leave())}function leave(){$("found").hidden=!0,$("search").blur()}function searchKeys(event){if(event.
key==="ArrowDown"||event.key==="ArrowUp"){let step=event.key==="ArrowDown"?1:-1;picked=Math.max(0,Math.min(found.length-
1,picked+step)),showFound(!0),event.preventDefault()}else event.key==="Enter"?go(picked):event.key==="Escape"&&leave()}var PHONE_PX=760,DRAWN_MS=400;function whole(){let bounds=townBounds();map.fitBounds(bounds,{padding:[26,26],animate:!1});
let east=map.latLngToContainerPoint(bounds.getNorthEast()).x,west=map.latLngToContainerPoint(bounds.getNorthWest()).x,under=$(
"legend").getBoundingClientRect().right+16-(map.getContainer().getBoundingClientRect().left+west),room=map.getSize().x-east-
26;window.innerWidth>PHONE_PX&&under>0&&room>0&&map.panBy([-Math.min(under,room),0],{animate:!1})}var REDRAW={choice:[paintChosen,
showCard,markBar],layers:[()=>layers.forEach(paintLayer),showLegend,showPanel],colour:[()=>paintFills(grids),paintDepartment,
showLegend,showPanel],edit:[()=>paintShapes(state.touched),()=>paintFills(state.touched),paintCandidates,paintChosen,renewPanel,
()=>{state.editing||showCard()}],target:[paintCandidates,paintChosen,showPanel],notes:[paintNotes,showPanel],loaded:[paintNotes],
villages:[paintVillages,showLegend],labels:[],pieces:[paintPieces],language:[relabel,heading,showPanel,showLegend,showCard],
panel:[showPanel]};onChange(what=>{REDRAW[what].forEach(draw=>draw()),what!=="panel"&&drawWords()});function heading(){$(
"town").textContent=brief(DATA.name,40),field("search").placeholder=t(DATA.addresses.rest.length?"searchAddress":"search"),
$("crs").textContent=inLanguage(DATA.crs);let datum=DATA.basemap.datum;$("shifted").textContent=datum==="wgs84"?"":t("sh\
ifted",datum.toUpperCase().replace("0","-0")),$("date").textContent=DATA.date,$("sources").parentNode.hidden=!DATA.sources.
length,document.querySelector(".stamp").textContent=stamp(),$("sources").textContent=t("sourceCount",DATA.sources.length),
$("sources").title=DATA.sources.map(source=>inputTitle(source.key)+t("colon")+source.path).join(`
`),$("review").textContent=DATA.review||"＿＿＿＿＿＿",document.title=brief(DATA.name,60)+" · "+t("unified")}function stamp(){
return DATA.audience!=="public"?t("internal"):t(DATA.review?"forPublic":"notReviewed")}var onScreen=null;function forPaper(){
onScreen=map.getBounds(),document.body.classList.add("gm-printing"),map.invalidateSize({animate:!1}),map.fitBounds(townBounds(),
{padding:[20,20],animate:!1})}function backToScreen(){onScreen&&(document.body.classList.remove("gm-printing"),map.invalidateSize(
{animate:!1}),map.fitBounds(onScreen,{animate:!1}))}function printMap(){forPaper(),setTimeout(()=>window.print(),DRAWN_MS)}
function largeLetters(){let on=document.documentElement.classList.toggle("gm-big");$("big").setAttribute("aria-pressed",
String(on)),map.invalidateSize(),drawWords(),showCard();let grid=grids[state.grid];grid&&keepInSight(gridBounds(grid).getCenter(),
grid)}function switches(){let onClick=(id,act)=>$(id).addEventListener("click",act);onClick("language",()=>{toggleLanguage(),
changed("language")}),onClick("big",largeLetters),onClick("whole",whole),$("compare").hidden=!layers.length,onClick("com\
pare",()=>setComparing(!state.comparing)),$("slider").addEventListener("input",clipBefore),onClick("print",printMap),onClick(
"panel-button",()=>{document.body.classList.toggle("gm-panel-open"),setTimeout(()=>map.invalidateSize(),250)}),onClick("\
card-close",()=>chooseGrid(-1)),onClick("legend-button",()=>{$("legend").classList.toggle("folded")}),$("search").addEventListener(
"input",search),$("search").addEventListener("focus",search),$("search").addEventListener("keydown",searchKeys),$("searc\
h").addEventListener("blur",()=>{$("found").hidden=!0}),document.addEventListener("keydown",keys),window.addEventListener(
"afterprint",backToScreen)}function keys(event){if(/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName))return;event.key===
"Escape"&&(state.editing?setTarget(-1):chooseGrid(-1));let act=event.key==="/"?()=>$("search").focus():history(event);act&&
(act(),event.preventDefault())}function history(event){if(!(event.ctrlKey||event.metaKey)||DATA.audience!=="meeting")return null;
let key2=event.key.toLowerCase();return key2==="z"&&!event.shiftKey?undo2:key2==="y"||key2==="z"?redo2:null}var faceOf=id=>DATA.
faces.id.indexOf(id),gridOf2=code=>DATA.grids.code.indexOf(code),innerOf=id=>land.spot(land.rings[faceOf(id)]),scripted={
map,spot:id=>{let inner=innerOf(id),at=map.latLngToContainerPoint(latlng(inner.x,inner.y)),box=map.getContainer().getBoundingClientRect();
return[box.left+at.x,box.top+at.y]},gridOf:id=>DATA.grids.code[faceGrid[faceOf(id)]],drawnIn:id=>{let inner=innerOf(id);
return grids.filter(grid=>land.within(grid.rings,inner.x,inner.y)).map(grid=>grid.code)},edits:currentFile,refusal:(id,code)=>refusal(
plan,faceOf(id),gridOf2(code)),move:(id,code)=>moveFace2(faceOf(id),gridOf2(code)),lawfulMoves:most=>{let moves=[];for(let face=0;face<
faceGrid.length&&moves.length<most;face++){let to=touching[face].map(one=>faceGrid[one]).filter(grid=>!refusal(plan,face,
grid))[0];to!==void 0&&moves.push({face:DATA.faces.id[face],to:DATA.grids.code[to]})}return moves}};function isSpaceless(){
let box=h("div",{style:{display:"flex","flex-direction":"column","row-gap":"1px",position:"absolute"}},h("i"),h("i"));document.
body.appendChild(box);let none=box.scrollHeight!==1;return box.remove(),none}function clicked(event){let face=land.at(event.
latlng);state.pinning===!0?(state.pinning=event.latlng,openPanel(),showPanel()):state.editing?editClick(face):(chooseGrid(
face<0?-1:faceGrid[face],face),face>=0&&keepInSight(event.latlng,grids[faceGrid[face]]))}function start(){document.body.
classList.add("gm","gm-"+DATA.audience),document.body.classList.toggle("gm-spaceless",isSpaceless()),map.attributionControl.
setPrefix(!1),L.control.zoom({position:"topleft",zoomInTitle:"+",zoomOutTitle:"−"}).addTo(map),L.control.scale({metric:!0,
imperial:!1,position:"bottomright",maxWidth:140}).addTo(map),window.innerWidth<=PHONE_PX&&$("legend").classList.add("fol\
ded"),relabel(),heading(),switches(),showLegend(),map.invalidateSize({animate:!1}),whole(),paintTiles(),paintShapes(grids),
paintFills(grids),paintVillages(),paintPieces(),paintNotes(),startWords(),showPanel(),map.on("click",clicked),map.on("mo\
usemove",event=>{map.getContainer().style.cursor=land.at(event.latlng)<0?"":"pointer"});let restored=DATA.audience==="me\
eting"?restore():0;restored&&toast(t("restored",restored)),document.documentElement.setAttribute("data-ready","1")}Object.
assign(window,{gridmerge:scripted});start();})();
