/**
 * What attestations have in common, in the order in which their claims stand, the likeliest last: DEFLATE reaches back into it
 * (RFC 1951 3.2.3, RFC 1950 2.2). Belongs to version 1 of the code for ever: a change, be it of one character, is a new version.
 */
export const DICTIONARY: Uint8Array = new TextEncoder().encode(
  [
    '"kind":"canary","code":"canary-green","canary-yellow","canary-red","sys":"canary","fld":"name"',
    '"kind":"nucleic-acid-test","code":"negative","positive","inconclusive","none"',
    '"test":{"rep":1700000000,"mth":"individual","pooled","not-stated","lab":""},"evid":"laboratory","fld":"testResult","val":"阴性","阳性"',
    'CLOSE_CONTACT","HOME_OBSERVATION","CENTRAL_OBSERVATION","CONFIRMED_CASE","SUSPECTED_CASE","STATUS_WITHDRAWN","SELF_DECLARED","MEDIUM_RISK_AREA","HIGH_RISK_AREA',
    '"evid":"self-declared","authority-decision","src":{"iss":"","seq":,"iat":1',
    '-direct-mode-health-code-national-code-anhui-ankangma-beijing-jiankangbao-guangxi-jiankangma-hebei-henan-jiangsu-sukangma-jilin-jixiangma',
    '-shaanxi-gate-shandong-shanghai-suishenma-sichuan-tianfu-jiankangtong-tianjin-zhejiang-jiankangma',
    '","fld":"code_color","healthLevel","healthCode","level","type","colour","code","status","val":"绿码","黄码","红码","green","yellow","red","01","10","00"}',
    '110000120000130000140000150000210000220000230000310000320000330000340000350000360000370000410000420000430000440000',
    '450000460000500000510000520000530000540000610000620000630000640000650000660000',
    '"code":"01","code":"10",{"iss":"520000","sub":"1.\u0001","seq":1,"iat":1,"exp":1,"kind":"health-status","code":"00","since":1',
    ',"reason":"REASON_NOT_STATED","rule":{"id":"520000-conversion","ver":"1"},"auth":"520000","evid":"verified-source","orig":{"sys":"',
    '-jiankangma","fld":"status","val":"00"},"supersedes":,"status":{"status_list":{"idx":,"uri":"urn:cn:healthcode:status:520000"}},"_sd":["\u0001"]}\0["\u0001","masked_name","*"]\0',
  ].join(''),
);
