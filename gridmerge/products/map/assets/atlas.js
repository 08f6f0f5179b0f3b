"use strict";(()=>{var arcOf=index=>index<0?~index:index,EMPTY_BOX=[1/0,1/0,-1/0,-1/0];function joinedBox(a,b){return[Math.min(a[0],b[0]),Math.
min(a[1],b[1]),Math.max(a[2],b[2]),Math.max(a[3],b[3])]}var Coverage=class{constructor(encoded,frame){this.boxes=[];this.
placed=[];this.rings=encoded.rings,this.frame=frame,this.arcs=encoded.arcs.map(decoded)}latlng(x,y){let{origin,scale}=this.
frame;return L.latLng(origin[1]+y/scale,origin[0]+x/scale)}bounds(box){return L.latLngBounds(this.latlng(box[0],box[1]),
this.latlng(box[2],box[3]))}arc(index){return this.arcs[arcOf(index)]}start(index){let points=this.arc(index),at=index<0?
points.length-2:0;return points[at]+","+points[at+1]}points(ring){let out=[];return ring.forEach((index,position)=>{let points=this.
arc(index),count=points.length/2;for(let i=position?1:0;i<count;i++){let at=index<0?count-1-i:i;out.push(points[2*at],points[2*
at+1])}}),out}places(points){let out=[];for(let i=0;i<points.length;i+=2)out.push(this.latlng(points[i],points[i+1]));return out}line(arc){
return this.placed[arc]||(this.placed[arc]=this.places(this.arcs[arc])),this.placed[arc]}lines(){return this.arcs.map((_,arc)=>this.
line(arc))}latlngs(rings){return rings.map(ring=>this.places(this.points(ring)))}box(feature){if(!this.boxes[feature]){let arcs=this.
rings[feature].reduce((all,ring)=>all.concat(ring),[]);this.boxes[feature]=arcs.map(index=>boxOf(this.arc(index))).reduce(
joinedBox,EMPTY_BOX)}return this.boxes[feature]}boxAround(features){return features.map(feature=>this.box(feature)).reduce(
joinedBox,EMPTY_BOX)}holds(feature,x,y){let box=this.box(feature);return x<box[0]||x>box[2]||y<box[1]||y>box[3]?!1:this.
within(this.rings[feature],x,y)}at(place){let x=(place.lng-this.frame.origin[0])*this.frame.scale,y=(place.lat-this.frame.
origin[1])*this.frame.scale;for(let feature=0;feature<this.rings.length;feature++)if(this.holds(feature,x,y))return feature;
return-1}sides(){let sides=this.arcs.map(()=>[]);return this.rings.forEach((rings,feature)=>rings.forEach(ring=>ring.forEach(
index=>sides[arcOf(index)].push(feature)))),sides}around(features){let open=this.unshared(features),from=this.startingAt(
open),rings=[];return open.forEach(first=>{let ring=[];for(let index=first;index!==void 0&&open.delete(arcOf(index));)ring.
push(index),index=(from.get(this.start(~index))||[]).filter(one=>open.has(arcOf(one)))[0];ring.length&&rings.push(ring)}),
rings}unshared(features){let open=new Set;return features.forEach(feature=>this.rings[feature].forEach(ring=>ring.forEach(
index=>{let arc=arcOf(index);open.delete(arc)||open.add(arc)}))),open}startingAt(arcs){let from=new Map,meet=index=>{let key=this.
start(index),known=from.get(key);known?known.push(index):from.set(key,[index])};return arcs.forEach(arc=>{meet(arc),meet(
~arc)}),from}within(rings,x,y){let inside=!1;return rings.forEach(ring=>{crossings(this.points(ring),y).filter(cut=>x<cut).
length%2&&(inside=!inside)}),inside}spot(rings){return innerPoint(rings.length?rings.map(ring=>this.points(ring)):[[0,0]])}};
function decoded(flat){let points=new Int32Array(flat.length);for(let i=0;i<flat.length;i++)points[i]=i<2?flat[i]:points[i-
2]+flat[i];return points}function boxOf(points){let box=[1/0,1/0,-1/0,-1/0];for(let i=0;i<points.length;i+=2)box[0]=Math.
min(box[0],points[i]),box[2]=Math.max(box[2],points[i]),box[1]=Math.min(box[1],points[i+1]),box[3]=Math.max(box[3],points[i+
1]);return box}function crossings(p,y){let cuts=[];for(let i=0,j=p.length-2;i<p.length;j=i,i+=2)p[i+1]>y!=p[j+1]>y&&cuts.
push((p[j]-p[i])*(y-p[i+1])/(p[j+1]-p[i+1])+p[i]);return cuts}function innerPoints(points,lines){let boxes=points.map(boxOf).
reduce(joinedBox,EMPTY_BOX),[low,high]=[boxes[1],boxes[3]],out=[];for(let step=1;step<lines;step++){let y=low+(high-low)*
step/lines+.317,cuts=points.reduce((all,ring)=>all.concat(crossings(ring,y)),[]);cuts.sort((a,b)=>a-b);for(let i=0;i+1<cuts.
length;i+=2){let width=cuts[i+1]-cuts[i],off=Math.abs(step/lines-.5);[.5,.32,.68].forEach(share=>out.push({x:cuts[i]+width*
share,y,width:2*width*Math.min(share,1-share),off}))}}return out.length?out:[{x:points[0][0],y:points[0][1],width:0,off:0}]}
function innerPoint(points){return innerPoints(points,8).reduce((a,b)=>b.width*(1-b.off)>a.width*(1-a.off)?b:a)}function readData(){let element=document.getElementById("gm-data");return JSON.parse(element.textContent)}var LABELS={unified:{zh:"综合网格图",en:"Unified grids"},forPublic:{zh:"公众版",en:"Edition for the public"},notReviewed:{
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
isChinese()?"en":"zh")}var inLanguage=words=>words[language];function t(key,...blanks){let label=Object.prototype.hasOwnProperty.
call(LABELS,key)?inLanguage(LABELS[key]):key;return blanks.reduce((text,blank,i)=>text.split("{"+i+"}").join(String(blank)),
label)}function number(value,digits){if(value===null)return"<5";let wanted=Math.abs(value)<10&&value%1!==0?1:0,parts=Number(
value).toFixed(digits===void 0?wanted:digits).split(".");return parts[0]=parts[0].replace(/\B(?=(\d{3})+$)/g,","),parts.
join(".")}var brief=(text,length)=>text.length>length?text.slice(0,length-1)+"…":text,searchKey=text=>text.normalize("NFKC").toLowerCase().
replace(/\s+/g,"");function h(tag,attributes,...children){let element=document.createElement(tag),given=attributes||{};for(let name of Object.
keys(given))setAttribute(element,name,given[name]);return children.forEach(child=>append(element,child)),element}function setAttribute(element,name,value){
value==null||value===!1||(typeof value=="function"?element.addEventListener(name.slice(2),value):typeof value=="object"?
Object.keys(value).forEach(key=>element.style.setProperty(key,value[key])):element.setAttribute(name,value===!0?"":String(
value)))}function append(element,child){child==null||child===!1||(Array.isArray(child)?child.forEach(one=>append(element,
one)):element.appendChild(child instanceof Node?child:document.createTextNode(String(child))))}function fill(element,...children){
for(;element.firstChild;)element.removeChild(element.firstChild);return children.forEach(child=>append(element,child)),element}
var $=id=>document.getElementById("gm-"+id),field=id=>$(id);function relabel(){document.documentElement.lang=isChinese()?"zh-CN":"en";let each=(attribute,use)=>document.querySelectorAll(
"["+attribute+"]").forEach(element=>use(element,t(element.getAttribute(attribute))));each("data-t",(element,text)=>{element.
textContent=text}),each("data-t-title",(element,text)=>{element.title=text,element.setAttribute("aria-label",text)}),each(
"data-t-placeholder",(element,text)=>{element.placeholder=text,element.setAttribute("aria-label",text)})}var sum=list2=>list2.reduce((a,b)=>a+b,0);var DATA=readData();setLanguage(DATA.language);var canvas=L.canvas({padding:.4}),PLAIN="#a9d0c3",MARKED="#e8a33d",towns=DATA.
towns.map(draw);function draw(town){let cover=new Coverage(town,DATA),rings=cover.around(town.rings.map((_,village)=>village)),
inner=cover.spot(rings),outline={color:"#24444d",weight:1.4,fillColor:PLAIN,fillOpacity:.85},inside={color:"#ffffff",weight:.8,
interactive:!1},common={renderer:canvas,smoothFactor:0},shape=L.polygon(cover.latlngs(rings),Object.assign(outline,common)).
addTo(map);L.polyline(cover.lines(),Object.assign(inside,common)).addTo(map),shape.on("click",()=>{location.href=town.link});
let name=h("span",{},brief(town.name,12)),icon=L.divIcon({className:"town-name",html:name,iconSize:[0,0]});return L.marker(
cover.latlng(inner.x,inner.y),{icon,interactive:!1,keyboard:!1}).addTo(map),{data:town,shape,name}}var mark=(town,on)=>town.
shape.setStyle({fillColor:on?MARKED:PLAIN});towns.forEach(town=>town.shape.on("mouseover",()=>mark(town,!0)).on("mouseou\
t",()=>mark(town,!1)));var overlap=(a,b)=>a.left<b.right&&a.right>b.left&&a.top<b.bottom&&a.bottom>b.top;function placeNames(){
let taken=[];towns.forEach(({name})=>{name.style.visibility="";let box=name.getBoundingClientRect();taken.some(other=>overlap(
box,other))?name.style.visibility="hidden":taken.push(box)})}function townLine(town){let{data}=town,pointed={onmouseenter:()=>mark(
town,!0),onmouseleave:()=>mark(town,!1)},outside=data.outside===null?null:h("span",{class:data.outside?"high":""},t("atl\
asOutside",data.outside)),disputes=data.disputes===null?null:" · "+t("atlasDisputes",data.disputes);return h("a",Object.
assign({class:"remark town",href:data.link},pointed),h("b",{},brief(data.name,60)),h("span",{class:"quiet"},t("atlasLine",
data.villages,data.grids,data.networks,data.members)),h("span",{class:"quiet"},outside,disputes," · "+data.date))}function list(){
let wanted=searchKey(field("search").value),found=towns.filter(town=>searchKey(town.data.name).indexOf(wanted)>=0);fill(
$("towns"),found.map(townLine));let villages=sum(towns.map(town=>town.data.villages)),grids=sum(towns.map(town=>town.data.
grids));$("sum").textContent=t("atlasSum",number(towns.length),number(villages),number(grids))}document.body.classList.add(
"gm");map.attributionControl.setPrefix(!1);L.control.zoom({position:"topright",zoomInTitle:"+",zoomOutTitle:"−"}).addTo(
map);L.control.scale({metric:!0,imperial:!1,position:"bottomright"}).addTo(map);relabel();list();$("search").addEventListener(
"input",list);$("panel-button").addEventListener("click",()=>{document.body.classList.toggle("gm-panel-open")});$("langu\
age").addEventListener("click",()=>{toggleLanguage(),relabel(),list()});map.on("zoomend",placeNames);map.invalidateSize(
{animate:!1});map.fitBounds(towns.map(town=>town.shape.getBounds()).reduce((a,b)=>a.extend(b)),{padding:[30,30]});placeNames();
document.documentElement.setAttribute("data-ready","1");})();
