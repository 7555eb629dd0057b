#include "bench/report_style.hpp"

namespace bench {

std::string_view report_style() {
    return R"(:root{color-scheme:light dark;--paper:#fff;--ink:#16202a;--soft:#5b6773;--rule:#d5dbe1;--wash:#f4f6f8;
--good:#006b4f;--bad:#b3260f;--c0:#0072b2;--c1:#c24e00;--c2:#007d5a;--c3:#a8508a;--c4:#8a6a00;--c5:#2f8fc4;--c6:#333b44;
--c7:#7a3fb0;--g0:#0072b2;--g1:#b98300;--g2:#00805d;--g3:#b5528f;--g4:#c24e00;--in:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#12171d;--ink:#e6ebf0;--soft:#9aa7b4;--rule:#36414c;--wash:#1a2129;
--good:#3fcf9f;--bad:#ff8a70;--c0:#56a8e8;--c1:#ff8f4a;--c2:#2fc796;--c3:#e39ac8;--c4:#e6c04a;--c5:#9bd6f7;--c6:#d3dae2;
--c7:#bd9bee;--g0:#4a9fe0;--g1:#dca63a;--g2:#26b488;--g3:#d98abb;--g4:#f08a4c;--in:#0b0f13}}
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 32px 60px;max-width:1240px;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans","DejaVu Sans",sans-serif}
h1{font-size:27px;line-height:1.2;margin:0 0 4px}
h2{font-size:21px;margin:44px 0 6px;padding-top:14px;border-top:3px solid var(--ink)}
h3{font-size:17px;margin:30px 0 8px}h4{font-size:15px;margin:20px 0 6px}
p{margin:6px 0;max-width:78ch}.lead{color:var(--soft)}.note,figcaption{color:var(--soft);font-size:13px;max-width:140ch}
a{color:var(--c0)}nav{margin:14px 0}nav a{margin-right:18px}
.words-box{background:var(--wash);border-left:4px solid var(--c0);padding:10px 16px;margin:14px 0}
.warning{border:1px solid var(--rule);padding:8px 14px;font-size:13px;color:var(--soft);margin:14px 0}
.wide{overflow-x:auto;margin:8px 0 14px}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;min-width:60%}
caption{text-align:left;color:var(--soft);padding:4px 0}
th,td{padding:4px 10px;border-bottom:1px solid var(--rule);text-align:right;vertical-align:top}
thead th{border-bottom:2px solid var(--soft);vertical-align:bottom;font-weight:600}
th[scope=row],thead th:first-child,th.words,td.words{text-align:left}th[scope=row]{font-weight:600;white-space:nowrap}
td{white-space:nowrap}td.words{white-space:normal;min-width:90px}td.words.verdict{white-space:nowrap}td small{color:var(--soft);font-size:11px}
.interval{display:block}td.untold,p.untold{color:var(--soft);font-style:italic;white-space:normal}
td.untold{font-size:11px;min-width:92px;max-width:150px;line-height:1.3}
td.good{color:var(--good);font-weight:600;text-align:left;white-space:normal}
td.bad{color:var(--bad);font-weight:600;text-align:left;white-space:normal}
table.conditions td{max-width:420px}tr.leg th,tr.leg td{background:var(--wash)}td.bar svg{width:200px;height:12px}
pre{background:var(--wash);padding:10px 14px;overflow-x:auto;font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
dl.definitions{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;font-size:13px}
dt{font-weight:600}dd{margin:0}
figure{margin:10px 0 16px}figure svg{width:100%;height:auto;display:block}
.three{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:8px 24px}
svg.key{width:11px;height:11px;display:inline-block;vertical-align:-1px}.keyed{margin-right:10px;white-space:nowrap}
svg text{font:12px system-ui,-apple-system,"Segoe UI","Liberation Sans","DejaVu Sans",sans-serif;fill:var(--ink)}
svg text.tick{fill:var(--soft);font-size:11px}svg text.small{font-size:11px}svg text.inside{fill:var(--in);font-size:11px}
svg text.halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.grid{stroke:var(--rule);stroke-width:1}.border{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}
.s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.s5{--c:var(--c5)}
.s6{--c:var(--c6)}.s7{--c:var(--c7)}.leg0{--c:var(--g0)}.leg1{--c:var(--g1)}.leg2{--c:var(--g2)}.leg3{--c:var(--g3)}
.leg4{--c:var(--g4)}.lane0{--c:var(--c0)}.lane1{--c:var(--c1)}
.fill{fill:var(--c)}.fill.pale{fill-opacity:.62}td.bar .fill.pale{fill-opacity:.35}.fill.unknown{fill:var(--rule)}
.edge{stroke:var(--paper);stroke-width:.6}svg text.text{fill:var(--c)}
.line{fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round}.line.dashed{stroke-dasharray:6 3}
.line.unsure{stroke-width:1.2;stroke-dasharray:2 3}.thin{stroke:var(--c);stroke-width:1.2}
.thick{stroke:var(--c);stroke-width:4}.cloud{fill:none;stroke:var(--soft);stroke-width:.7;opacity:.55}
.line.p50{--c:var(--c0);stroke-width:2.2}.line.p99{--c:var(--c1);stroke-dasharray:5 3}.line.most{--c:var(--c1);stroke-width:1.1}
.freeze{fill:var(--bad);fill-opacity:.28}.skip{fill:var(--bad)}.state{fill:var(--c4)}.state.good{fill:var(--good)}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--wash:#f2f2f2;--good:#006b4f;--bad:#b3260f;--c0:#0072b2;
--c1:#c24e00;--c2:#007d5a;--c3:#a8508a;--c4:#8a6a00;--c5:#2f8fc4;--c6:#333b44;--c7:#7a3fb0;--g0:#0072b2;--g1:#b98300;
--g2:#00805d;--g3:#b5528f;--g4:#c24e00;--in:#fff}
@page{size:A4 landscape;margin:12mm}body{padding:0;max-width:none;font-size:11px;print-color-adjust:exact;
-webkit-print-color-adjust:exact}nav{display:none}.wide{overflow:visible}table{font-size:9px}th,td{padding:2px 5px}
figure,tr,pre{break-inside:avoid}h2,h3,h4{break-after:avoid}h2{break-before:page}td small{font-size:8px}}
)";
}

}  // namespace bench
