# SPDX-License-Identifier: BSD-3-Clause
"""Names of EFS item files as modems of this make use them, for the bundled units of qdiag-sim.

Names only; every content is made up. A name ending in `+` also exists as NAME_Subscription01.
"""


def split(text):
    """The names of a table, each as a list of one or two names."""
    out = []
    for word in text.split():
        base = word.rstrip("+")
        out.append([base, base + "_Subscription01"] if word.endswith("+") else [base])
    return out


# /nv/item_files/wcdma/
WCDMA = split("""
cme/wcdma_cir_enh+ cme/wcdma_cme_features+ cme/wcdma_cme_opts+
cme/wl1_cme_qpm_avg_rssi_var_thresh_dis_qice+ cme/wl1_cme_qpm_avg_rssi_var_thresh_en_qice+
fet/wl1_fet_control+ idle/w_idle_debug_nv+ idle/w_idle_mode_opt+ irat/wl1_atuner_config+
irat/wl1_dc_w2l_mode+ l1/dl/wl1_dl_nv+ l1/dl/wl1_force_sc_capability+
l1/srch/wl1_srch_debug_utils+ l1/srch/wl1_srch_e1d_nv+ l1/srch/wl1_srch_nv+
l1/srch/wl1_srch_rsb_cal_nv+ l1/srch/wl1_srch_use_neg_freq_hypo_nv+ l1/ul/wl1_ul_feature_control+
l1/ul/wl1ul_sar_nv+ l1/wl1_ant_nv+ l1/wl1_ant_switch_band_nv+ l1/wl1_ant_switch_uldl_imbalance_nv+
l1/wl1_dch_enh_nv+ l1/wl1_harq_buf_flush_tmr+ l1/wl1_nb_rejection_nv+ l1/wl1_qta_rota+
l1/wl1_w2g_tuneaway_config+ l1/wl1_wcdma_ta_config+ l1/wl1m_mdsp_recovery_nv+
l1/wl1m_mdsp_recovery_stat_per_state l1utils/wl1_dsr_mode+ l2/wcdma_l2_feature+
rach/wl1ul_rach_nvdbg+ rrc/enable_ta_for_cs_datacall+ rrc/modem_log_util_nv+
rrc/rrc_b66_plmn_support+ rrc/rrc_block_frlte_on_plmn_list+ rrc/rrc_buffer_smc_support+
rrc/rrc_cell_bar_duration_secs_nv+ rrc/rrc_cell_bar_upon_rach_failure_nv+
rrc/rrc_conn_est_guard_timer_nv+ rrc/rrc_constant_320ms_drx+ rrc/rrc_disable_meas+
rrc/rrc_dsda_concurrency_extended+ rrc/rrc_dsds_concurrency+ rrc/rrc_dsds_concurrency_extended+
rrc/rrc_enable_320ms_drx_auto_bplmn_search_nv+ rrc/rrc_enable_measurement_id_extn+
rrc/rrc_fe_fach_support+ rrc/rrc_ganss_support_nv+ rrc/rrc_gsm_fallback_info+
rrc/rrc_half_drx_len+ rrc/rrc_m2m_feature_bitmask+ rrc/rrc_m2m_feature_enabled+
rrc/rrc_nv_defer_resel_timer_for_l2_ack+ rrc/rrc_nv_enable_mfbi_support+
rrc/rrc_nv_enable_read_sibs_for_resel+ rrc/rrc_nv_trm_change_priority_tmr+
rrc/rrc_pseudo_meas_forbidden_earfcn_timer_nv+ rrc/rrc_pseudo_meas_info+
rrc/rrc_pseudo_meas_rsrp_rsrq_info+ rrc/rrc_pseudo_meas_rxagc_info+
rrc/rrc_pseudo_meas_triggers_info+ rrc/rrc_req_lte_for_truncated_ca+
rrc/rrc_req_lte_for_truncated_ca_on_mcc_list+ rrc/rrc_sib7_exp_time+
rrc/rrc_skip_nb_rej_for_alt_full_band_srch_nv+ rrc/rrc_tsts_concurrency_extended+
rrc/rrc_ul_compr_cap_support+ rrc/rrc_wtol_redirect_after_srvcc_nv+ rrc/wcdma_asf_timer+
rrc/wcdma_csg_srch_carrier_space+ rrc/wcdma_freq_skip_range+
rrc/wcdma_l2_recovery_feature_nv_control+ rrc/wcdma_ppac_support+
rrc/wcdma_rrc_band_priority_config+ rrc/wcdma_rrc_bplmn_freq_scan_timer_in_ms+
rrc/wcdma_rrc_csfb_skip_sib11_opt+ rrc/wcdma_rrc_csg_prune_counter+
rrc/wcdma_rrc_dbdc_band_comb_control+ rrc/wcdma_rrc_deep_sleep_no_svc_timer_in_ms+
rrc/wcdma_rrc_disable_cpc_fdpch+ rrc/wcdma_rrc_disable_crash_debug_info+
rrc/wcdma_rrc_do_not_forward_page+ rrc/wcdma_rrc_dormancy_support+ rrc/wcdma_rrc_enable_psc_lock+
rrc/wcdma_rrc_fast_return_to_lte_after_csfb+ rrc/wcdma_rrc_fast_return_to_lte_after_csfb_ss+
rrc/wcdma_rrc_fast_return_to_lte_after_csfb_timer+ rrc/wcdma_rrc_feature+
rrc/wcdma_rrc_freq_lock_item+ rrc/wcdma_rrc_freq_scan_timer_in_ms+ rrc/wcdma_rrc_idle_feature+
rrc/wcdma_rrc_ignore_cell_bar_reserve_status+ rrc/wcdma_rrc_msim_db_dc_band_comb_nv_control+
rrc/wcdma_rrc_msim_opt+ rrc/wcdma_rrc_prioritize_850_band+ rrc/wcdma_rrc_profiling+
rrc/wcdma_rrc_psuedo_sib19+ rrc/wcdma_rrc_save_acqdb+ rrc/wcdma_rrc_set_srb2_act_time+
rrc/wcdma_rrc_sib_sleep_sb+ rrc/wcdma_rrc_snow3g_enabled+ rrc/wcdma_rrc_support_lta+
rrc/wcdma_rrc_time_to_allow_lta_during_access_priority+ rrc/wcdma_rrc_wtol_cm_support+
rrc/wcdma_rrc_wtol_ps_ho_support+ rrc/wcdma_rrc_wtol_tdd_ps_ho_support+
rxd/wl1_rxd_ard_dwell_time+ rxd/wl1_rxd_ard_mmt_time+ rxd/wl1_rxd_ard_thresh+
rxd/wl1_rxd_ard_v2_cpich_snr_thresh1+ rxd/wl1_rxd_ard_v2_cpich_snr_thresh2+
rxd/wl1_rxd_ard_v2_cpich_snr_thresh3+ rxd/wl1_rxd_ard_v2_cpich_snr_thresh4+
rxd/wl1_rxd_ard_v2_decision_delta_thresh+ rxd/wl1_rxd_ard_v2_filter_settle_time_l+
rxd/wl1_rxd_ard_v2_min_dwell_time_k+ rxd/wl1_rxd_opts+ rxd/wl1_rxd_pch_filtecio_lower_thresh+
rxd/wl1_rxd_pch_filtecio_upper_thresh+ rxd/wl1_rxd_pch_min_full_div_cycles+
rxd/wl1_rxd_pch_oride_val+ rxd/wl1_rxd_pch_pi_sum_thresh+ rxd/wl1_rxd_qual_thresh+
rxd/wl1_rxd_rscp_thresh+ rxd/wl1_rxd_tpr_thresh+ wcdma_srp_cqi_boosting_control+
""")

# /nv/item_files/modem/
MODEM = split("""
data/3gpp/dsmgr/emergency_apn_type data/3gpp/lteps/disable_apn_matching
data/3gpp/ps/dual_ip_fallback data/3gpp/ps/modem_def_prof_support
data/3gpp/ps/ser_req_throttle_behavior data/dsmgr/wlan_3g_ip_continuity_enabled
geran/vamos_support hdr/srch/hdr_stxd_config2 lte/ML1/ant_switch_dr_dsds_info
lte/ML1/ant_switch_info lte/ML1/ard_config_sp lte/ML1/ca_dynamic_band_cfg lte/common/lte_category
lte/lte_3gpp_release_ver+ lte/rrc/cap/diff_fdd_tdd_fgi_enable+ lte/rrc/cap/enable_cap_ies
lte/rrc/cap/fgi_r10 lte/rrc/cap/fgi_tdd lte/rrc/cap/fgi_tdd_rel9 lte/rrc/cap/tdd_cap_r11
lte/rrc/cep/conn_control_param_cfg lte/rrc/disable_4l_per_band lte/rrc/lte_rrc_1xcsfb_enabled
mmode/allow_csfb_upon_ims_reg mmode/custom_emerg_info+ mmode/device_mode mmode/get_net_auto_mode
mmode/lock_parameters mmode/lte_bandpref+ mmode/lte_disable_duration+ mmode/lte_emerg_redial+
mmode/manufacturer_code mmode/mcc_list_emerg_call_end_no_sim mmode/mid_call_srvcc_info+
mmode/mmode_1xsxlte_optimization+ mmode/powerdown_timestamp mmode/scan_scope_rule
mmode/sd/1xcsfb_ecbm_status mmode/sd/mcc_list_emerg_call_full_srv mmode/sd/sub_scan_scope
mmode/sms_domain_pref+ mmode/sms_mandatory+ mmode/sms_only+ mmode/sms_over_s102
mmode/supplement_service_domain_pref+ mmode/tds_bandpref+ mmode/ue_based_cw+
mmode/ue_usage_setting+ mmode/voice_domain_pref+ mmode/wifi_config+ nas/3417_ext_mt_enabled
nas/conn_mode_manual_search nas/data_roam_status+ nas/efrplmnsi_select_rplmn_after_hplmn
nas/emm_nas_nv_items+ nas/emm_unsec_redir_allowed+ nas/forced_irat nas/isr
nas/lte_nas_ignore_mt_csfb_during_volte_call+ nas/lte_nas_temp_fplmn_backoff_time
nas/max_validate_sim_counter nas/nas_lai_change_force_lau_for_emergency nas/preferred_plmn_list
nas/suppress_add_update_param nas/tdscdma_op_plmn_list qmi/cat/qmi_cat_custom_tp
qmi/cat/qmi_cat_mode qmi/uim/apdu_security_restrictions qmi/uim/qmi_uim_silent_pin1
sms/disable_lte_cb_dup_detection sms/enable_fdn_control sms/max_mt_msgs_allowed_in_ecbm
sms/mo_on_data_channel sms/sms_rety_limit sms/store_to_sim_if_nv_full tdscdma/l1/rxd_params
tdscdma/l1/searcher_params tdscdma/l1/tds_asdiv_type1_params tdscdma/rrc/acq_db
tdscdma/rrc/cfa_conf tdscdma/rrc/fast_return_to_lte_after_csfb_timer
tdscdma/rrc/special_test_setting_enabled tdscdma/rrc/tds_opt_ueci_list uim/gstk/cat_version
uim/gstk/feature_bmsk+ uim/gstk/feature_bmsk_2+ uim/gstk/proactive_feature_enable_cfg
uim/lpa/lpa_support uim/mmgsdi/csim_present+ uim/mmgsdi/features_status_list
uim/mmgsdi/mmgsdi_diag_support uim/mmgsdi/slot_features_status_list+
uim/uimdrv/auto_mapping_needed uim/uimdrv/max_null_proc_bytes
uim/uimdrv/sim_response_timers_config uim/uimdrv/uim_extended_recovery_config
uim/uimdrv/uim_features_status_list uim/uimdrv/uim_hw_ldo_config_efs+
uim/uimdrv/uim_last_mode_and_config_delay_for_remote_connect+
uim/uimdrv/uim_workarounds_for_non_spec_compliant_cards+
""")

# /nv/item_files/mcs/
MCS = split("""
cfcm/cfcm_config_cpu_dne_efs cfcm/cfcm_config_step_timer_efs cfcm/cfcm_cpu_threshold_limits
cfcm/cfcm_fc_masks cxm/coex_config_data cxm/cxm_mode lmtsmgr/battery/bcl_gsm2_high_lte_low
lmtsmgr/battery/bcl_gsm2_high_tdscdma_low lmtsmgr/coex/backoff/im_desense_1x_victim_hdr_aggr
lmtsmgr/coex/backoff/im_desense_1x_victim_lte_aggr
lmtsmgr/coex/backoff/im_desense_hdr_victim_1x_aggr
lmtsmgr/coex/backoff/im_desense_lte_victim_1x_aggr
lmtsmgr/coex/backoff/non_im_desense_1x_victim_lte_aggr
lmtsmgr/coex/backoff/non_im_desense_gsm_victim_lte_aggr
lmtsmgr/coex/backoff/non_im_desense_gsm_victim_tdscdma_aggr lmtsmgr/coex/blank/1x_victim_gsm_aggr
lmtsmgr/coex/blank/disable_sw_mitigation lmtsmgr/coex/blank/gsm1_victim_gsm2_aggr
lmtsmgr/coex/blank/gsm1_victim_gsm3_aggr lmtsmgr/coex/blank/gsm2_victim_gsm1_aggr
lmtsmgr/coex/blank/gsm2_victim_gsm3_aggr lmtsmgr/coex/blank/gsm3_victim_gsm1_aggr
lmtsmgr/coex/blank/gsm3_victim_gsm2_aggr lmtsmgr/coex/blank/gsm_victim_1x_aggr
lmtsmgr/coex/blank/gsm_victim_hdr_aggr lmtsmgr/coex/blank/gsm_victim_tdscdma_aggr
lmtsmgr/coex/blank/gsm_victim_wcdma_aggr lmtsmgr/coex/blank/hdr_victim_gsm_aggr
lmtsmgr/coex/blank/tdscdma_victim_gsm_aggr lmtsmgr/coex/blank/wcdma_victim_gsm_aggr
lmtsmgr/coex/desense/1x_v_gsm_a lmtsmgr/coex/desense/1x_v_lte_a
lmtsmgr/coex/desense/1x_victim_gsm_aggr lmtsmgr/coex/desense/1x_victim_lte_aggr
lmtsmgr/coex/desense/disable_sw_mitigation lmtsmgr/coex/desense/gps_v_1x_lte_a
lmtsmgr/coex/desense/gps_victim_1x_lte_aggr lmtsmgr/coex/desense/gsm1_v_gsm2_a
lmtsmgr/coex/desense/gsm1_v_gsm3_a lmtsmgr/coex/desense/gsm1_victim_gsm2_aggr
lmtsmgr/coex/desense/gsm1_victim_gsm3_aggr lmtsmgr/coex/desense/gsm2_v_gsm1_a
lmtsmgr/coex/desense/gsm2_v_gsm3_a lmtsmgr/coex/desense/gsm2_victim_gsm1_aggr
lmtsmgr/coex/desense/gsm2_victim_gsm3_aggr lmtsmgr/coex/desense/gsm3_v_gsm1_a
lmtsmgr/coex/desense/gsm3_v_gsm2_a lmtsmgr/coex/desense/gsm3_victim_gsm1_aggr
lmtsmgr/coex/desense/gsm3_victim_gsm2_aggr lmtsmgr/coex/desense/gsm_v_1x_a
lmtsmgr/coex/desense/gsm_v_hdr_a lmtsmgr/coex/desense/gsm_v_lte_a
lmtsmgr/coex/desense/gsm_v_tdscdma_a lmtsmgr/coex/desense/gsm_v_wcdma_a
lmtsmgr/coex/desense/gsm_victim_1x_aggr lmtsmgr/coex/desense/gsm_victim_hdr_aggr
lmtsmgr/coex/desense/gsm_victim_lte_aggr lmtsmgr/coex/desense/gsm_victim_tdscdma_aggr
lmtsmgr/coex/desense/gsm_victim_wcdma_aggr lmtsmgr/coex/desense/hdr_v_gsm_a
lmtsmgr/coex/desense/hdr_victim_gsm_aggr lmtsmgr/coex/desense/im_backoff_1x_v_hdr_a
lmtsmgr/coex/desense/im_backoff_1x_v_lte_a lmtsmgr/coex/desense/im_backoff_1x_victim_hdr_aggr
lmtsmgr/coex/desense/im_backoff_1x_victim_lte_aggr lmtsmgr/coex/desense/im_backoff_hdr_v_1x_a
lmtsmgr/coex/desense/im_backoff_hdr_victim_1x_aggr lmtsmgr/coex/desense/im_backoff_lte_v_1x_a
lmtsmgr/coex/desense/im_backoff_lte_victim_1x_aggr lmtsmgr/coex/desense/lte_v_gsm_a
lmtsmgr/coex/desense/lte_v_wcdma_a lmtsmgr/coex/desense/lte_victim_gsm_aggr
lmtsmgr/coex/desense/tdscdma_v_gsm_a lmtsmgr/coex/desense/tdscdma_v_wcdma_a
lmtsmgr/coex/desense/tdscdma_victim_gsm_aggr lmtsmgr/coex/desense/wcdma1_v_wcdma2_a
lmtsmgr/coex/desense/wcdma2_v_wcdma1_a lmtsmgr/coex/desense/wcdma_v_gsm_a
lmtsmgr/coex/desense/wcdma_v_lte_a lmtsmgr/coex/desense/wcdma_v_tdscdma_a
lmtsmgr/coex/desense/wcdma_victim_gsm_aggr lmtsmgr/coex/desense_ind_thresholds
lmtsmgr/coex/force_filter_path lmtsmgr/coex/idle_mode_hopping_rxpwr_limit
lmtsmgr/coex/set_prio_tbl_action lmtsmgr/coex/tile_emulation_input
lmtsmgr/sar/sar_dsi_bias_1x_high_gsm1_low lmtsmgr/sar/sar_dsi_bias_1x_high_gsm2_low
lmtsmgr/sar/sar_dsi_bias_1x_high_hdr_low lmtsmgr/sar/sar_dsi_bias_1x_high_lte_low
lmtsmgr/sar/sar_dsi_bias_gsm1_high_1x_low lmtsmgr/sar/sar_dsi_bias_gsm1_high_gsm2_low
lmtsmgr/sar/sar_dsi_bias_gsm1_high_hdr_low lmtsmgr/sar/sar_dsi_bias_gsm1_high_lte_low
lmtsmgr/sar/sar_dsi_bias_gsm1_high_tdscdma_low lmtsmgr/sar/sar_dsi_bias_gsm1_high_wcdma_low
lmtsmgr/sar/sar_dsi_bias_gsm2_high_1x_low lmtsmgr/sar/sar_dsi_bias_gsm2_high_gsm1_low
lmtsmgr/sar/sar_dsi_bias_gsm2_high_hdr_low lmtsmgr/sar/sar_dsi_bias_gsm2_high_lte_low
lmtsmgr/sar/sar_dsi_bias_gsm2_high_tdscdma_low lmtsmgr/sar/sar_dsi_bias_gsm2_high_wcdma_low
lmtsmgr/sar/sar_dsi_bias_hdr_high_gsm1_low lmtsmgr/sar/sar_dsi_bias_hdr_high_gsm2_low
lmtsmgr/sar/sar_dsi_bias_lte_high_gsm1_low lmtsmgr/sar/sar_dsi_bias_lte_high_gsm2_low
lmtsmgr/sar/sar_dsi_bias_lte_high_lte_low lmtsmgr/sar/sar_dsi_bias_tdscdma_high_gsm1_low
lmtsmgr/sar/sar_dsi_bias_tdscdma_high_gsm2_low lmtsmgr/sar/sar_dsi_bias_wcdma_high_gsm1_low
""")

# /nv/item_files/gsm/
GSM = split("""
gl1/antenna_switch_UL_DL_delta_table gl1/antenna_switch_control_mask
gl1/antenna_switch_tx_div_min_delta_btw_antenna gl1/antenna_switching_gsm_idle_mdm_threshold
gl1/antenna_switching_gsm_idle_sens gl1/antenna_switching_gsm_qsc_hysteriesis_time
gl1/antenna_switching_gsm_qsc_large_delta gl1/antenna_switching_gsm_qsc_small_delta
gl1/antenna_switching_gsm_trafi_mdm_threshold gl1/antenna_switching_gsm_trafi_sens
gl1/antenna_switching_gsm_type_2_en gl1/antenna_switching_tx_diversity_enable
gl1/antenna_switching_tx_diversity_threshold gl1/gsm_rx_diversity l1/l1_debug
""")

# /nv/item_files/ims/
IMS = split("""
DANConfiguration DANPrivateSettings IMSCodecDynamicConfig IMSEmerDynamicConfig IMSRTPDynamicConfig
IMSTestDynamicConfig IMSVideoDynamicConfig IMSVoiceDynamicConfig IMSWifiDynamicConfig IMS_enable
RegistrationConfiguration SMSConfiguration ims_hybrid_enable ims_operation_mode ims_sip_config
ims_user_agent qipcall_1xsmsandvoice qipcall_config_items qp_ims_cap_discovery_config
qp_ims_common_config qp_ims_ext_plani_config qp_ims_plani_config qp_ims_qos_precondition
qp_ims_rcs_client_config qp_ims_reg_config qp_ims_reg_config_db qp_ims_service_enablement_config
qp_ims_ut_config_item qp_ims_xcap_common_config qp_ims_xcap_private_config_item
""")

# /nv/item_files/gps/
GPS = split("""
cgps/loc/loc_accuracy_threshold_for_high_accuracy cgps/me/gnss_config
cgps/me/gnss_me_forced_mb_engagement_config cgps/me/gnss_multiband_configuration
cgps/pdcomms/gnss_pd_comms_ssl_cert_key_length cgps/sm/gnss_1x_up_supl_enable
cgps/sm/gnss_agps_rat_pref_config cgps/sm/gnss_assisted_glo_protocol_select
cgps/sm/gnss_config_premium_service cgps/sm/gnss_control_custom_dynamic_HEPE_usage
cgps/sm/gnss_e911_extension_window cgps/sm/gnss_lock_ctrl_for_oem cgps/sm/gnss_lpp_enable
cgps/sm/gnss_lppe_cp_config cgps/sm/gnss_lppe_up_config
cgps/sm/gnss_nmea_extended_sentence_type_v2 cgps/sm/gnss_nv_efs_sm_e911_config
cgps/sm/wifi_wait_timeout_sec cgps/ulp/tle/gnss_xtrat_feature_control
cgps/xtra/cgps_xtra_preferred_max_valid_age cgps/xtra/gnss_uax3_config
cgps/xtra/gnss_xtra3_last_key_index
""")

# /nv/item_files/data/
DATA = split("""
3gpp/ds_3gpp_multi_pdn_same_apn 3gpp/rpm_params 3gpp2/1x_to_LTE_handup_enabled
3gpp2/ehrpd_partial_context 3gpp2/ehrpd_to_hrpd_fallback 3gpp2/internal_auth
3gpp2/max_fb_pdn_failure_count appsrv/low_latency_capability common/ds_ml1_latency_ind
common/tput_opt_params wlan_config/iwlan_platform_config wlan_config/wlan_offload_config
""")

# /nv/item_files/datamodem/
DATAMODEM = split("""
interface/dss_ping_config interface/ephemeral_port_config protocols/clat_config_info
protocols/icmp6_mdm_iid_fltr_enable
""")

# /nv/item_files/pbm/
PBM = split("""
features_status_list pbm_ecc_nums pbm_hardcoded_ecc_config pbm_hardcoded_ecc_list
pbm_nv_ecc_list_per_sub
""")

# /nv/item_files/Thin_UI/
THIN_UI = split("""
enable_thin_ui_cfg
""")

# /nv/item_files/mcfg/
MCFG = split("""
mcfg_autoselect_by_uim+ mcfg_segload_config mcfg_setting+
""")

# /nv/reg_files/mcs/lmtsmgr/coex/desense/
REG_MCS = split("""
1x_v_gsm_a 1x_v_hdr_a 1x_v_lte_a 1x_v_tdscdma_a 1x_v_wcdma_a gps_v_1x_lte_a gsm1_v_gsm2_a
gsm1_v_gsm3_a gsm2_v_gsm1_a gsm2_v_gsm3_a gsm3_v_gsm1_a gsm3_v_gsm2_a gsm_v_1x_a gsm_v_hdr_a
gsm_v_lte_a gsm_v_tdscdma_a gsm_v_wcdma_a hdr_v_gsm_a im_backoff_1x_v_hdr_a im_backoff_1x_v_lte_a
im_backoff_hdr_v_1x_a im_backoff_lte_v_1x_a lte_v_gsm_a lte_v_wcdma_a tdscdma_v_gsm_a
tdscdma_v_wcdma_a wcdma1_v_wcdma2_a wcdma2_v_wcdma1_a wcdma_v_gsm_a wcdma_v_lte_a
wcdma_v_tdscdma_a
""")
